/**
 * The value of a claim's key is `?` and a token while somebody persists the event, and the event's id from then on. All keys
 * of one event are asked and set together, and the events of many requests in one call.
 *
 * KEYS: the keys of all events, one event after another. ARGV: of each event how many those are and the values a, b, c, with
 * spaces between: an argument of its own for each costs a client that sends thousands a second more than this splitting does.
 */
function overEvents(body: string): string {
  return `
local answers = {}
local first = 1
for at = 1, #ARGV do
  local count, a, b, c = string.match(ARGV[at], '^(%d+) (%S*) ?(%S*) ?(%S*)$')
  local last = first + tonumber(count) - 1
  local answer = 0
  ${body}
  answers[#answers + 1] = answer
  first = last + 1
end
return answers
`;
}

/** a: token, b: milliseconds. Answers 0 when it is ours now, 1 when the event is persisted, 2 when another is at it. */
export const claimScript = overEvents(`
  for i = first, last do
    local held = redis.call('GET', KEYS[i])
    if held then
      if string.sub(held, 1, 1) ~= '?' then
        answer = 1
        break
      end
      answer = 2
    end
  end
  if answer == 0 then
    for i = first, last do redis.call('SET', KEYS[i], '?' .. a, 'PX', b) end
  end
`);

/** a: token, b: event id, c: milliseconds. What another has promoted or claimed since stays as it is. */
export const promoteScript = overEvents(`
  for i = first, last do
    local held = redis.call('GET', KEYS[i])
    if not held or held == '?' .. a then redis.call('SET', KEYS[i], b, 'PX', c) end
  end
`);

/** a: token. */
export const releaseScript = overEvents(`
  for i = first, last do
    if redis.call('GET', KEYS[i]) == '?' .. a then redis.call('DEL', KEYS[i]) end
  end
`);

/** a: token, b: milliseconds. */
export const extendScript = overEvents(`
  for i = first, last do
    if redis.call('GET', KEYS[i]) == '?' .. a then redis.call('PEXPIRE', KEYS[i], b) end
  end
`);

/** a: event id, b: milliseconds. The stream has the event, so that a claim which is still open was of somebody who ended. */
export const rememberScript = overEvents(`
  for i = first, last do
    local held = redis.call('GET', KEYS[i])
    if not held or string.sub(held, 1, 1) == '?' then redis.call('SET', KEYS[i], a, 'PX', b) end
  end
`);
