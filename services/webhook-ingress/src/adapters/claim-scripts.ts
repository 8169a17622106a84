/**
 * The value of a claim's key is `?` and a token while somebody persists the event, and the event's id from then on. All keys
 * of one event are asked and set together.
 */

/** ARGV: token, milliseconds. Answers 0 when it is ours now, 1 when the event is persisted, 2 when another is at it. */
export const claimScript = `
local pending = false
for i = 1, #KEYS do
  local held = redis.call('GET', KEYS[i])
  if held then
    if string.sub(held, 1, 1) ~= '?' then return 1 end
    pending = true
  end
end
if pending then return 2 end
for i = 1, #KEYS do redis.call('SET', KEYS[i], '?' .. ARGV[1], 'PX', ARGV[2]) end
return 0
`;

/** ARGV: token, event id, milliseconds. What another has promoted or claimed since stays as it is. */
export const promoteScript = `
for i = 1, #KEYS do
  local held = redis.call('GET', KEYS[i])
  if not held or held == '?' .. ARGV[1] then redis.call('SET', KEYS[i], ARGV[2], 'PX', ARGV[3]) end
end
return 0
`;

/** ARGV: token. */
export const releaseScript = `
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == '?' .. ARGV[1] then redis.call('DEL', KEYS[i]) end
end
return 0
`;

/** ARGV: token, milliseconds. */
export const extendScript = `
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == '?' .. ARGV[1] then redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
end
return 0
`;

/** ARGV: event id, milliseconds. The stream has the event, so that a claim which is still open was of somebody who ended. */
export const rememberScript = `
for i = 1, #KEYS do
  local held = redis.call('GET', KEYS[i])
  if not held or string.sub(held, 1, 1) == '?' then redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2]) end
end
return 0
`;
