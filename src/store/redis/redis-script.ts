/** Characters of a token: 128 bits in base64url. */
export const tokenLength = 22;

/** How long a commit whose answer was lost can be asked for again, in milliseconds. */
export const markMs = 15_000;

/**
 * One step on documents, atomic in Redis: commits writes if no document has changed since it was read, else reads the
 * documents. Each value is the token of the commit that wrote it, the time when it is gone, a line end, and JSON.
 *
 * KEYS: the clock, the mark of this commit, the documents.
 * ARGV: a time that replaces the server's (for tests, else empty), the latest time of the store that the caller knows, the
 * token of this commit (empty: only read), the token that each document had when it was read (empty: there was none), then
 * for each write the number of the document, for how many milliseconds it is kept (0: it is removed), and its JSON.
 *
 * The clock is the time of the store, and how far that is ahead of the server's: when the server's clock is set back, the
 * store's goes on from where it was.
 *
 * Returns 1 and the time if the writes are committed, by this step or by an earlier one with the same token; else 0, the
 * time and the values.
 */
export const stepScript = `
local wall
if ARGV[1] == '' then
  local time = redis.call('TIME')
  wall = time[1] * 1000 + math.floor(time[2] / 1000)
else
  wall = tonumber(ARGV[1])
end
local latest, ahead = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
local expected = wall + (tonumber(ahead) or 0)
local now = math.max(expected, tonumber(latest) or 0, tonumber(ARGV[2]))
local moment = string.format('%.0f', now)
local function keepTime()
  redis.call('SET', KEYS[1], moment .. ' ' .. string.format('%.0f', now - wall))
end
local first, token = 3, ARGV[3]
if token ~= '' then
  if redis.call('EXISTS', KEYS[2]) == 1 then return { 1, moment } end
  local same = true
  for at = first, #KEYS do
    local value = redis.call('GET', KEYS[at])
    if (value and string.sub(value, 1, ${tokenLength}) or '') ~= ARGV[at + 1] then
      same = false
      break
    end
  end
  if same then
    for at = #KEYS + 2, #ARGV, 3 do
      local key, keep = KEYS[tonumber(ARGV[at]) + first], tonumber(ARGV[at + 1])
      if keep > 0 then
        redis.call('SET', key, token .. string.format('%.0f', now + keep) .. '\\n' .. ARGV[at + 2], 'PX', keep)
      else
        redis.call('DEL', key)
      end
      redis.call('PUBLISH', key, '')
    end
    redis.call('SET', KEYS[2], '', 'PX', ${markMs})
    keepTime()
    return { 1, moment }
  end
end
if now ~= expected then keepTime() end
local answer = { 0, moment }
for at = first, #KEYS do answer[#answer + 1] = redis.call('GET', KEYS[at]) end
return answer
`;
