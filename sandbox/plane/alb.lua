-- What a load balancer does to a request and an answer by itself. The route's metadata has the settings of its listener.
-- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html

local function address_of(direct)
  return direct:match("^(.*):%d+$") or direct
end

local function forwarded(headers, settings, direct)
  local mode, known = settings.xff, headers:get("x-forwarded-for")
  if mode == "remove" then
    headers:remove("x-forwarded-for")
  elseif mode == "append" then
    local client = settings.xff_port and direct or address_of(direct)
    headers:replace("x-forwarded-for", known and (known .. ", " .. client) or client)
  end
  headers:replace("x-forwarded-port", settings.port)
end

local function drop_invalid(headers)
  local dropped = {}
  for name in pairs(headers) do
    if not name:find("^:") and not name:find("^[%w-]+$") then dropped[#dropped + 1] = name end
  end
  for _, name in ipairs(dropped) do headers:remove(name) end
  return #dropped
end

-- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions
local function location(headers, redirect, settings)
  local authority, full = headers:get(":authority") or "", headers:get(":path")
  local path, query = full:match("^/?([^?]*)%??(.*)$")
  local values = {
    protocol = settings.protocol, port = settings.port, path = path, query = query, host = authority:gsub(":%d+$", ""),
  }
  local function filled(text)
    return (text:gsub("#{(%a+)}", function(name) return values[name] end))
  end
  local asked = filled(redirect.query)
  return filled(redirect.protocol):lower() .. "://" .. filled(redirect.host) .. ":" .. filled(redirect.port) .. filled(redirect.path)
    .. (asked ~= "" and "?" .. asked or "")
end

function envoy_on_request(handle)
  local headers, settings = handle:headers(), handle:metadata()
  local direct = handle:streamInfo():downstreamDirectRemoteAddress()
  local own = {
    xff = settings:get("xff"), xff_port = settings:get("xff_port"), port = settings:get("port"), protocol = settings:get("protocol"),
  }
  local redirect = settings:get("redirect")
  if redirect then
    local answer = {[":status"] = redirect.status, ["location"] = location(headers, redirect, own), ["content-type"] = "text/html"}
    handle:respond(answer, redirect.page)
    return
  end
  if settings:get("drop_invalid") then
    local count = drop_invalid(headers)
    if count > 0 then handle:streamInfo():dynamicMetadata():set("plane", "dropped", count) end
  end
  local host = headers:get(":authority")
  if settings:get("append_port") and host and not host:find(":%d+$") then
    headers:replace(":authority", host .. ":" .. own.port)
  end
  headers:replace("x-amzn-trace-id", headers:get("x-plane-trace-id"))
  headers:remove("x-plane-trace-id")
  forwarded(headers, own, direct)
end

-- The cookie that follows the application's is set with it only, and the other one has a twin for cross-origin requests.
-- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions
local function cookies(headers, app_cookie)
  local all, has_own, own = {}, false, app_cookie and app_cookie .. "="
  for i = 0, headers:getNumValues("set-cookie") - 1 do
    all[#all + 1] = headers:getAtIndex("set-cookie", i)
    has_own = has_own or (own and all[#all]:sub(1, #own) == own)
  end
  headers:remove("set-cookie")
  for _, cookie in ipairs(all) do
    if has_own or not cookie:find("^AWSALBAPP%-0=") then headers:add("set-cookie", cookie) end
    if cookie:find("^AWSALB=") then
      local twin = cookie:gsub("^AWSALB=", "AWSALBCORS=", 1):gsub("; HttpOnly", "")
      headers:add("set-cookie", twin .. "; SameSite=None; Secure")
    end
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  headers:remove("x-envoy-upstream-service-time")
  -- wafd's way to say any status, see sandbox/plane/__init__.py.
  local status = headers:get("x-plane-status")
  if status then
    headers:replace(":status", status)
    headers:remove("x-plane-status")
  end
  if headers:get("set-cookie") then cookies(headers, handle:metadata():get("app_cookie")) end
end
