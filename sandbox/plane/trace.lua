-- The X-Amzn-Trace-Id with which a request goes on, which the web ACL's log has too.
-- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html

-- Each worker has a Lua of its own; the address of a table tells them apart.
math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 2 ^ 31)

local function new()
  local text = {}
  for i = 1, 24 do text[i] = string.format("%x", math.random(0, 15)) end
  return string.format("1-%08x-%s", os.time(), table.concat(text))
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local given = headers:get("x-amzn-trace-id")
  local field = given and given:find("Root=", 1, true) and "Self=" or "Root="
  headers:replace("x-plane-trace-id", field .. new() .. (given and ";" .. given or ""))
end
