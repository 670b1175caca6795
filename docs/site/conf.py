"""The site of the documentation (tools/docs): https://www.sphinx-doc.org/en/master/usage/configuration.html"""

import zlib
from pathlib import Path

project = "prodready.aws"
author = "prodready contributors"
extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
include_patterns = [
    *("index.md", "README.md", "CHANGELOG.md", "docs/**.md", "policies/README.md", "roles/*/README.md", "packages/*/README.md"),
    "reference/*.rst",
]
exclude_patterns = ["docs/site"]
# What refers to nothing is an error.
nitpicky = True
default_role = "any"
myst_heading_anchors = 3

html_theme = "sphinx_ansible_theme"
html_title = "prodready.aws"
html_copy_source = False
html_show_sphinx = False
html_use_index = False
pygments_style = "ansible"
highlight_language = "YAML+Jinja"

# What pages refer to in Ansible's own documentation, so that building takes no network.
# https://www.sphinx-doc.org/en/master/usage/extensions/intersphinx.html has the form of an inventory.
OF_ANSIBLE = """\
action_plugins std:label -1 plugins/action.html#action-plugins Action plugins
callback_plugins std:label -1 plugins/callback.html#callback-plugins Callback plugins
common_return_values std:label -1 reference_appendices/common_return_values.html#common-return-values Return values
ansible_configuration_settings std:label -1 reference_appendices/config.html#ansible-configuration-settings Configuration settings
ansible_collections.ansible.builtin.debug_module std:label -1 collections/ansible/builtin/debug_module.html debug
ansible_collections.ansible.builtin.default_callback std:label -1 collections/ansible/builtin/default_callback.html default
ANSIBLE_DISPLAY_SKIPPED_HOSTS std:envvar -1 reference_appendices/config.html#envvar-ANSIBLE_DISPLAY_SKIPPED_HOSTS -
ANSIBLE_SHOW_CUSTOM_STATS std:envvar -1 reference_appendices/config.html#envvar-ANSIBLE_SHOW_CUSTOM_STATS -
"""
HEAD = "# Sphinx inventory version 2\n# Project: ansible\n# Version: \n# The remainder of this file is compressed using zlib.\n"
inventory = Path(__file__).with_name("ansible.inv")
inventory.write_bytes(HEAD.encode() + zlib.compress(OF_ANSIBLE.encode()))
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", str(inventory))}
