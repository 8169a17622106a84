/**
 * Generic cell rate algorithm over several limits at once: a call is admitted only if every limit has room, and only
 * then does it count against each. KEYS: one per limit. ARGV: per limit, the emission interval and the burst tolerance,
 * both in microseconds. The clock is the server's, so that executors need not agree. Answers microseconds to wait, 0
 * when admitted, and the index of the limit that asks for the wait. Keys expire by themselves.
 */
export const gcraScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait = 0
local limit = 1
local arrivals = {}
for i = 1, #KEYS do
  local interval = tonumber(ARGV[2 * i - 1])
  local tolerance = tonumber(ARGV[2 * i])
  local arrival = tonumber(redis.call('GET', KEYS[i]) or now)
  if arrival < now then arrival = now end
  arrivals[i] = arrival + interval
  local excess = arrival - now - tolerance
  if excess > wait then
    wait = excess
    limit = i
  end
end
if wait > 0 then return {math.ceil(wait), limit - 1} end
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], string.format('%.0f', arrivals[i]), 'PX', math.ceil((arrivals[i] - now) / 1000) + 1)
end
return {0, 0}
`;
