-- For wrk: sends the requests in a file of its thread, one after the other, and again from the start.
-- A line holds method, path, token and body, with tabs between them. Wherever a body says @n@, there
-- is a new number each time. Ends with a line of JSON, its times in milliseconds.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  requests, sent = {}, 0
  for line in io.lines(args[1] .. "/" .. number) do
    local method, path, token, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
    local headers = { Authorization = "Token " .. token }
    if body ~= "" then headers["Content-Type"] = "application/json" end
    local ready = not body:find("@n@") and wrk.format(method, path, headers, body)
    requests[#requests + 1] = { ready = ready, method = method, path = path, headers = headers, body = body }
  end
end

function request()
  sent = sent + 1
  local following = requests[(sent - 1) % #requests + 1]
  if following.ready then return following.ready end
  local new = string.format("%d%03d%07d", os.time(), number, sent)
  return wrk.format(following.method, following.path, following.headers, (following.body:gsub("@n@", new)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50": %f, "p95": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
