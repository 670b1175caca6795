"""Settings that systemd knows and this manager does not act on.

ACCEPTED ones only restrict, tune or account for a process, which works the same without them; a service that has one
says so in `systemctl status`. REFUSED ones change what runs, when, or with which files: a unit with one is not loaded.
These and what the three `config` modules read are all of `systemd --dump-configuration-items` (252).
"""

from __future__ import annotations

_EXEC_ACCEPTED = """
SupplementaryGroups Nice OOMScoreAdjust CoredumpFilter IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy
CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask PassEnvironment RemoveIPC
SyslogFacility SyslogLevel LogLevelMax LogRateLimitIntervalSec LogRateLimitBurst LogExtraFields SecureBits
CapabilityBoundingSet AmbientCapabilities TimerSlackNSec NoNewPrivileges KeyringMode ProtectProc ProcSubset
SystemCallFilter SystemCallArchitectures SystemCallErrorNumber SystemCallLog MemoryDenyWriteExecute RestrictNamespaces
RestrictRealtime RestrictSUIDSGID RestrictAddressFamilies LockPersonality RestrictFileSystems ReadWriteDirectories
ReadOnlyDirectories InaccessibleDirectories ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths
PrivateTmp PrivateDevices ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock
ProtectControlGroups PrivateUsers PrivateMounts PrivateIPC ProtectSystem ProtectHome MountFlags MountAPIVFS
Personality UtmpIdentifier UtmpMode SELinuxContext AppArmorProfile SmackProcessLabel ProtectHostname Slice AllowedCPUs
StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes CPUAccounting CPUWeight StartupCPUWeight CPUShares
StartupCPUShares CPUQuota CPUQuotaPeriodSec MemoryAccounting MemoryMin DefaultMemoryMin DefaultMemoryLow MemoryLow
MemoryHigh MemoryMax MemorySwapMax MemoryLimit DeviceAllow DevicePolicy IOAccounting IOWeight StartupIOWeight
IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec
BlockIOAccounting BlockIOWeight StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth
TasksAccounting TasksMax Delegate DisableControllers IPAccounting IPAddressAllow IPAddressDeny IPIngressFilterPath
IPEgressFilterPath ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMPreference
BPFProgram SocketBindAllow SocketBindDeny RestrictNetworkInterfaces TimeoutCleanSec LimitLOCKS
"""
_EXEC_REFUSED = """
RootDirectory RootImage RootImageOptions RootHash RootHashSignature RootVerity ExtensionDirectories ExtensionImages
MountImages DynamicUser StandardInput StandardInputText StandardInputData TTYPath TTYReset TTYVHangup TTYVTDisallocate
TTYRows TTYColumns ExecSearchPath BindPaths BindReadOnlyPaths TemporaryFileSystem NetworkNamespacePath
IPCNamespacePath LogNamespace PrivateNetwork SetCredential SetCredentialEncrypted LoadCredential
LoadCredentialEncrypted PAMName WatchdogSignal FinalKillSignal RestartKillSignal RuntimeDirectoryPreserve
"""
_UNIT_ACCEPTED = """
Documentation SourcePath DefaultDependencies RequiresMountsFor CollectMode AllowIsolate IgnoreOnIsolate JobTimeoutSec
JobRunningTimeoutSec
"""
_UNIT_REFUSED = """
Requisite BindTo Upholds Conflicts OnSuccess OnFailure PropagatesReloadTo PropagateReloadTo ReloadPropagatedFrom
PropagateReloadFrom PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf RequiresOverridable RequisiteOverridable
StopWhenUnneeded RefuseManualStart RefuseManualStop OnSuccessJobMode OnFailureJobMode OnFailureIsolate
JobTimeoutAction JobTimeoutRebootArgument StartLimitAction FailureAction SuccessAction FailureActionExitStatus
SuccessActionExitStatus RebootArgument
"""
_SERVICE_ACCEPTED = """
NotifyAccess OOMPolicy GuessMainPID TimeoutAbortSec RebootArgument PermissionsStartOnly
"""
_SERVICE_REFUSED = """
PIDFile ExecCondition RuntimeMaxSec RuntimeRandomizedExtraSec WatchdogSec StartLimitAction FailureAction ExitType
RootDirectoryStartOnly BusName FileDescriptorStoreMax USBFunctionDescriptors USBFunctionStrings
TimeoutStartFailureMode TimeoutStopFailureMode
"""
_SOCKET_ACCEPTED = """
Priority ReceiveBuffer SendBuffer IPTOS IPTTL Mark PassCredentials PassSecurity PassPacketInfo Timestamping
TCPCongestion SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet PipeSize DirectoryMode TimeoutSec
Broadcast DeferAcceptSec KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes
"""
# Settings of the commands of a socket unit, which are themselves refused.
_SOCKET_COMMANDS = """
CacheDirectory CacheDirectoryMode ConfigurationDirectory ConfigurationDirectoryMode Environment EnvironmentFile
IgnoreSIGPIPE KillMode KillSignal LimitAS LimitCORE LimitCPU LimitDATA LimitFSIZE LimitMEMLOCK LimitMSGQUEUE LimitNICE
LimitNOFILE LimitNPROC LimitRSS LimitRTPRIO LimitRTTIME LimitSIGPENDING LimitSTACK LogsDirectory LogsDirectoryMode
RuntimeDirectory RuntimeDirectoryMode SendSIGHUP SendSIGKILL StandardError StandardOutput StateDirectory
StateDirectoryMode SyslogIdentifier SyslogLevelPrefix UMask UnsetEnvironment WorkingDirectory
"""
_SOCKET_REFUSED = """
ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction
SocketProtocol BindToDevice ExecStartPre ExecStartPost ExecStopPre ExecStopPost SocketUser SocketGroup FlushPending
Writable MaxConnections MaxConnectionsPerSource Transparent MessageQueueMaxMessages MessageQueueMessageSize Symlinks
User Group
"""


def _names(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


ACCEPTED = {
    "Unit": _names(_UNIT_ACCEPTED),
    "Service": _names(_EXEC_ACCEPTED, _SERVICE_ACCEPTED),
    "Socket": _names(_EXEC_ACCEPTED, _SOCKET_ACCEPTED, _SOCKET_COMMANDS),
    "Install": _names(),
}
REFUSED = {
    "Unit": _names(_UNIT_REFUSED),
    "Service": _names(_EXEC_REFUSED, _SERVICE_REFUSED),
    "Socket": _names(_EXEC_REFUSED, _SOCKET_REFUSED),
    "Install": _names(),
}


def is_condition(key: str) -> bool:
    return key.startswith(("Condition", "Assert"))
