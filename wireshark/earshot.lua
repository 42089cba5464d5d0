-- Shows Earshot's calls in Wireshark and tshark (PROTOCOL.md): frames over TLS and plain TCP, each with its call's method and
-- status, and payloads as the messages that the .proto files say they are. Installing: docs/wireshark.md.

local earshot = Proto("earshot", "Earshot calls")
set_plugin_info({ version = "0.1.0", author = "Earshot", repository = "", description = "Earshot's calls, with their messages" })

local DEFAULT_PORT = 7443
-- A length beyond this is taken for damage: waiting for so many bytes would eat Wireshark's memory.
local MAX_FRAME_BYTES = 0x1000000
local MAX_PROTO_FILE_BYTES = 0x100000
local MAX_PROTO_FILES = 1000
local MAX_FOLDER_DEPTH = 8
local MAX_MESSAGE_DEPTH = 16
local MAX_SHOWN_BYTES = 64
-- Frames of one packet that the Info column names.
local MAX_TOLD = 8
-- A client begins within the floor of PROTOCOL.md section 6.
local MAX_FIRST_FRAME_BYTES = 0x10004

local UINT32 = 4294967296
local VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
local KINDS = {
  [4] = "request",
  [5] = "response",
  [6] = "data",
  [7] = "cancel",
  [8] = "credit",
  [9] = "ping",
  [10] = "go_away",
  [11] = "hello",
}
local LAST_WITH_PAYLOAD = 6
local STATUS_NAMES = {
  [0] = "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
}
-- As the sniffer has them (src/sniffer/message/http-credentials.ts), in patterns of Lua.
local SECRET_METADATA = {
  "^authorization$",
  "^proxy%-authorization$",
  "^dpop$",
  "token",
  "secret",
  "passw",
  "credential",
  "session",
  "cookie",
  "api%-?key",
  "subscription%-key",
  "csrf",
  "xsrf",
  "jwt",
  "signature",
  "assertion",
}

local fields = {
  length = ProtoField.uint32("earshot.length", "Frame length"),
  stream_id = ProtoField.uint32("earshot.stream_id", "Stream"),
  kind = ProtoField.string("earshot.kind", "Kind"),
  method = ProtoField.string("earshot.method", "Method"),
  status = ProtoField.uint32("earshot.status", "Status", base.DEC, STATUS_NAMES),
  status_message = ProtoField.string("earshot.status_message", "Status message"),
  timeout_ms = ProtoField.uint32("earshot.timeout_ms", "Timeout (ms)"),
  ignorable = ProtoField.bool("earshot.ignorable", "Ignorable"),
  padding = ProtoField.uint32("earshot.padding", "Padding (bytes)"),
  metadata = ProtoField.string("earshot.metadata", "Metadata"),
  final = ProtoField.bool("earshot.end", "End of this side's data"),
  payload_length = ProtoField.uint32("earshot.payload_length", "Payload length"),
  payload_type = ProtoField.string("earshot.payload_type", "Payload type"),
  field = ProtoField.string("earshot.field", "Field"),
  request_in = ProtoField.framenum("earshot.request_in", "Request in", base.NONE, frametype.REQUEST),
  response_in = ProtoField.framenum("earshot.response_in", "Response in", base.NONE, frametype.RESPONSE),
  time = ProtoField.relative_time("earshot.time", "Time since the request"),
}
earshot.fields = fields

local malformed = ProtoExpert.new("earshot.malformed", "Malformed frame", expert.group.MALFORMED, expert.severity.ERROR)
local failed = ProtoExpert.new("earshot.failed", "The call failed", expert.group.RESPONSE_CODE, expert.severity.NOTE)
earshot.experts = { malformed, failed }

earshot.prefs.port = Pref.uint("TCP port", DEFAULT_PORT, "Where TLS and plain TCP are taken for Earshot; 0 is nowhere")
earshot.prefs.protos = Pref.string("Folder of .proto files", "", "Empty: the folder proto beside or above the plug-in")
earshot.prefs.mask = Pref.bool(
  "Mask secrets",
  false,
  "Fields marked debug_redact and credentials in metadata are shown by their length. Wireshark still has the bytes."
)
earshot.prefs.heuristic = Pref.bool("Look on any port", true, "Take what begins with a whole Hello or Request for Earshot")

local tcp_stream = Field.new("tcp.stream")
local message_name = Field.new("protobuf.message.name")
local protobuf = Dissector.get("protobuf")
local tls = Dissector.get("tls")

----- Reading protobuf. Nothing here throws, whatever the bytes. Places count from 0; `stop` lies behind the last byte.

-- The number at `at` (exact below 2^53) and where it ends; nil where it is cut or longer than that.
local function read_varint(raw, at, stop, max_bytes)
  local value, factor = 0, 1
  for place = at, at + max_bytes - 1 do
    if place >= stop then
      return nil
    end
    local byte = raw:byte(place + 1)
    value = value + (byte % 128) * factor
    if byte < 128 then
      return value, place + 1
    end
    factor = factor * 128
  end
  return nil
end

-- One field: { number, wire, value, start, from, to }; nil and why where it is broken.
local function read_field(raw, start, stop)
  local tag, at = read_varint(raw, start, stop, 5)
  if tag == nil then
    return nil, "a field's tag is cut"
  end
  local wire = tag % 8
  local field = { number = math.floor((tag - wire) / 8), wire = wire, start = start, from = at }
  if field.number == 0 then
    return nil, "a field has number 0"
  end
  if wire == VARINT then
    field.value, field.to = read_varint(raw, at, stop, 10)
    if field.value == nil then
      return nil, "a number is cut"
    end
    return field
  end
  local length = wire == FIXED32 and 4 or 8
  if wire == BYTES then
    length, field.from = read_varint(raw, at, stop, 5)
  elseif wire ~= FIXED32 and wire ~= FIXED64 then
    return nil, "a field has wire type " .. wire
  end
  if length == nil or field.from + length > stop then
    return nil, "a field reaches past its message"
  end
  field.to = field.from + length
  return field
end

-- All fields between two places, as far as they can be read, and what is wrong behind them.
local function read_fields(raw, from, stop)
  local list, at = {}, from
  while at < stop do
    local field, fault = read_field(raw, at, stop)
    if field == nil then
      return list, fault
    end
    list[#list + 1] = field
    at = field.to
  end
  return list, nil
end

-- Printable, whatever a peer wrote.
local function text_of(raw, field)
  return (raw:sub(field.from + 1, field.to):gsub("[%c\127-\255]", function(character)
    return string.format("\\x%02x", character:byte())
  end))
end

local function hex_of(raw, field)
  local shown = raw:sub(field.from + 1, math.min(field.to, field.from + MAX_SHOWN_BYTES))
  local hex = shown:gsub(".", function(character)
    return string.format("%02x", character:byte())
  end)
  return field.to - field.from > MAX_SHOWN_BYTES and hex .. "..." or hex
end

----- The schema: methods with their types, and fields with their names, read from the .proto files.

local schema

-- Words and signs, without comments; what stands in quotes does not matter here and may hold anything.
local function tokens_of(text)
  text = text:gsub('"[^"\n]*"', '""'):gsub("//[^\n]*", ""):gsub("/%*.-%*/", "")
  local tokens = {}
  local at = 1
  while true do
    local from, to = text:find("^%s*[%w_.]+", at)
    if from == nil then
      from, to = text:find("^%s*[^%s%w_.]", at)
    end
    if from == nil then
      return tokens
    end
    tokens[#tokens + 1] = text:sub(from, to):gsub("^%s+", "")
    at = to + 1
  end
end

local function parse_proto(text, into)
  local tokens = tokens_of(text)
  local at = 1
  local package = ""

  local function skip_statement()
    local depth = 0
    while tokens[at] ~= nil do
      local token = tokens[at]
      at = at + 1
      if token == "{" then
        depth = depth + 1
      elseif token == "}" then
        depth = depth - 1
        if depth <= 0 then
          return
        end
      elseif token == ";" and depth == 0 then
        return
      end
    end
  end

  -- `repeated Type name = N [debug_redact = true];` from the type on.
  local function parse_field(message)
    if tokens[at] == "repeated" or tokens[at] == "optional" or tokens[at] == "required" then
      at = at + 1
    end
    local type, name, number = tokens[at], tokens[at + 1], tonumber(tokens[at + 3] or "")
    if tokens[at + 2] ~= "=" or number == nil then
      return skip_statement()
    end
    at = at + 4
    local field = { name = name, type = type, secret = false }
    while tokens[at] ~= nil and tokens[at] ~= ";" do
      if tokens[at] == "debug_redact" and tokens[at + 2] == "true" then
        field.secret = true
      end
      at = at + 1
    end
    at = at + 1
    message.fields[number] = field
  end

  local parse_message

  local function parse_enum(scope)
    local values = {}
    into.enums[scope .. "." .. (tokens[at + 1] or "")] = values
    at = at + 3
    while tokens[at] ~= nil and tokens[at] ~= "}" do
      local name, number = tokens[at], tonumber(tokens[at + 2] or "")
      if tokens[at + 1] == "=" and number ~= nil then
        values[number] = name
      end
      skip_statement()
    end
    at = at + 1
  end

  local function parse_members(message, scope, depth)
    while tokens[at] ~= nil and tokens[at] ~= "}" do
      local token = tokens[at]
      if token == "message" and tokens[at + 2] == "{" and depth < MAX_FOLDER_DEPTH then
        parse_message(scope, depth + 1)
      elseif token == "enum" and tokens[at + 2] == "{" then
        parse_enum(scope)
      elseif token == "oneof" and tokens[at + 2] == "{" then
        at = at + 3
        parse_members(message, scope, depth + 1)
      elseif token == "reserved" or token == "option" or token == "extensions" or token == "map" then
        skip_statement()
      else
        parse_field(message)
      end
    end
    at = at + 1
  end

  parse_message = function(scope, depth)
    local name = scope .. "." .. (tokens[at + 1] or "")
    local message = { name = name, fields = {} }
    into.messages[name] = message
    at = at + 3
    parse_members(message, name, depth)
  end

  local function parse_type()
    while tokens[at] == "(" or tokens[at] == "stream" do
      at = at + 1
    end
    local type = tokens[at]
    at = at + 2
    return type
  end

  local function parse_service()
    local service = package .. "." .. (tokens[at + 1] or "")
    at = at + 3
    while tokens[at] ~= nil and tokens[at] ~= "}" do
      if tokens[at] == "rpc" then
        local name = tokens[at + 1] or ""
        at = at + 2
        local input = parse_type()
        at = at + 1
        local output = parse_type()
        into.methods[service .. "/" .. name] = { input = input, output = output, scope = package }
      end
      skip_statement()
    end
    at = at + 1
  end

  while tokens[at] ~= nil do
    if tokens[at] == "package" then
      package = tokens[at + 1] or ""
      skip_statement()
    elseif tokens[at] == "message" then
      parse_message(package, 0)
    elseif tokens[at] == "enum" then
      parse_enum(package)
    elseif tokens[at] == "service" then
      parse_service()
    else
      skip_statement()
    end
  end
end

local function read_folder(path, into, depth)
  if depth > MAX_FOLDER_DEPTH or into.files >= MAX_PROTO_FILES or not Dir.exists(path) then
    return
  end
  for name in Dir.open(path) do
    local inner = path .. "/" .. name
    if Dir.exists(inner) then
      read_folder(inner, into, depth + 1)
    elseif name:match("%.proto$") and into.files < MAX_PROTO_FILES then
      local file = io.open(inner, "r")
      local text = file and file:read(MAX_PROTO_FILE_BYTES)
      if file then
        file:close()
      end
      into.files = into.files + 1
      if text then
        pcall(parse_proto, text, into)
      end
    end
  end
end

local here = (debug.getinfo(1, "S").source:match("^@(.*)[/\\]") or ".")

-- The first folder that has our services.
local function load_schema()
  local folders = { earshot.prefs.protos, here .. "/proto", here .. "/../proto", Dir.personal_config_path("protobuf") }
  for index = 1, 4 do
    local folder = folders[index]
    local found = { messages = {}, enums = {}, methods = {}, files = 0 }
    if folder ~= nil and folder ~= "" then
      pcall(read_folder, folder, found, 0)
    end
    if next(found.methods) ~= nil then
      return found
    end
  end
  return { messages = {}, enums = {}, methods = {}, files = 0 }
end

local function the_schema()
  schema = schema or load_schema()
  return schema
end

-- A type as it is written within a scope, as protoc finds it: from the innermost scope outward.
local function resolve(kind, name, scope)
  if name == nil then
    return nil
  end
  if name:sub(1, 1) == "." then
    return kind[name:sub(2)]
  end
  while scope ~= nil do
    local found = kind[scope .. "." .. name]
    if found ~= nil then
      return found
    end
    scope = scope:match("^(.*)%.[^.]*$")
  end
  return kind[name]
end

----- Showing a message without Wireshark's protobuf dissector: where that has no schema, or secrets are to be masked.

local SIGNED = { int32 = true, int64 = true, sint32 = true, sint64 = true }

local function integer_text(raw, field, type)
  if type == "bool" then
    return field.value ~= 0 and "true" or "false"
  end
  -- Where Lua has integers, what is beyond them is negative.
  if field.value >= 0 and field.value < 2 ^ 53 and not SIGNED[type] then
    return string.format("%.0f", field.value)
  end
  -- Seven bits a byte, in two halves of 32 bits, since a Lua number holds 53.
  local low, high = 0, 0
  for place = field.from, field.to - 1 do
    local bits, shift = raw:byte(place + 1) % 128, (place - field.from) * 7
    if shift < 32 then
      low = low + bits * 2 ^ shift
    else
      high = high + bits * 2 ^ (shift - 32)
    end
  end
  high = (high + math.floor(low / UINT32)) % UINT32
  low = low % UINT32
  if type == "sint32" or type == "sint64" then
    local half = (high * UINT32 + low) / 2
    return string.format("%.0f", low % 2 == 0 and half or -half - 0.5)
  end
  if SIGNED[type] then
    return tostring(Int64.new(low, high))
  end
  return tostring(UInt64.new(low, high))
end

local function scalar_text(raw, field, known, scope)
  local type = known and known.type
  if field.wire == VARINT then
    local enum = type and resolve(the_schema().enums, type, scope)
    return enum and enum[field.value] or integer_text(raw, field, type)
  end
  if field.wire == BYTES and type == "string" then
    return text_of(raw, field)
  end
  return hex_of(raw, field)
end

local function add_message(tree, tvb, raw, from, stop, message, depth)
  local list, fault = read_fields(raw, from, stop)
  for _, field in ipairs(list) do
    local known = message and message.fields[field.number]
    local name = known and known.name or tostring(field.number)
    local range = tvb(field.start, field.to - field.start)
    local inner = known and field.wire == BYTES and resolve(the_schema().messages, known.type, message.name)
    if known and known.secret and earshot.prefs.mask then
      tree:add(fields.field, range, string.format("%s: [redacted: %d bytes]", name, field.to - field.from))
    elseif inner and depth < MAX_MESSAGE_DEPTH then
      local item = tree:add(fields.field, range, name .. ": " .. inner.name)
      add_message(item, tvb, raw, field.from, field.to, inner, depth + 1)
    else
      tree:add(fields.field, range, name .. ": " .. scalar_text(raw, field, known, message and message.name))
    end
  end
  if fault ~= nil then
    tree:add_proto_expert_info(malformed, "The message is broken: " .. fault)
  end
end

local FRAME_TYPE = "earshot.call.v1.Frame"
-- False once the protobuf dissector showed that it has no search path to our schema; it can only be told where it shows something.
local protobuf_knows

-- Whether the protobuf dissector knew the message.
local function call_protobuf(tvb, pinfo, tree, type)
  pinfo.private["pb_msg_type"] = "message," .. type
  local before = select("#", message_name())
  -- It throws where the bytes end too early; what it has shown until then stays.
  pcall(protobuf.call, protobuf, tvb, pinfo, tree)
  local first = (select(before + 1, message_name()))
  local name = first and tostring(first.value)
  if type == FRAME_TYPE and name ~= nil then
    protobuf_knows = name == type
  end
  return name == type
end

local function show_message(tvb, pinfo, tree, from, stop, type)
  if from == stop then
    return
  end
  local part = tvb(from, stop - from):tvb()
  local is_foreign = earshot.prefs.mask or protobuf_knows == false
  if not is_foreign and call_protobuf(part, pinfo, tree, type or "") then
    return
  end
  local message = type and the_schema().messages[type]
  if message ~= nil or is_foreign then
    add_message(tree, part, part:raw(), 0, part:len(), message, 0)
  end
end

----- Calls: which method a stream carries, by the Request that opened it.

local calls = {}
-- What each TCP connection turned out to carry: "tls" or "earshot".
local carried = {}

function earshot.init()
  calls, carried = {}, {}
  protobuf_knows = nil
end

local function connection_of()
  local stream = tcp_stream()
  return stream and stream.value or -1
end

local function call_of(connection, stream_id)
  local of_connection = calls[connection]
  return of_connection and of_connection[stream_id]
end

local function open_call(pinfo, connection, stream_id, method)
  calls[connection] = calls[connection] or {}
  local call = calls[connection][stream_id]
  if call == nil then
    local client = tostring(pinfo.src) .. ":" .. pinfo.src_port
    call = { method = method, client = client, request = pinfo.number, at = pinfo.abs_ts }
    calls[connection][stream_id] = call
  end
  return call
end

local function payload_type(pinfo, kind, call)
  local method = call and the_schema().methods[call.method]
  if method == nil then
    return nil
  end
  local is_client = call.client == tostring(pinfo.src) .. ":" .. pinfo.src_port
  local is_input = kind == "request" or (kind == "data" and is_client)
  local message = resolve(the_schema().messages, is_input and method.input or method.output, method.scope)
  return message and message.name
end

----- One frame.

local WIRES = { VARINT, VARINT, BYTES }

-- Its fields by number, with the body's; what is wrong with it, where something is.
local function read_frame(raw, from, stop)
  local list, fault = read_fields(raw, from, stop)
  local frame = { outer = {} }
  for _, field in ipairs(list) do
    local number = field.number
    if number <= 11 and field.wire ~= (WIRES[number] or BYTES) then
      fault = fault or "field " .. number .. " has another wire type"
    elseif number <= 11 and frame.outer[number] ~= nil then
      fault = fault or "field " .. number .. " stands there twice"
    elseif KINDS[number] ~= nil and frame.kind ~= nil then
      fault = fault or "it has two bodies"
    else
      frame.outer[number] = field
      if KINDS[number] ~= nil then
        frame.kind, frame.body = KINDS[number], field
        frame.has_payload = number <= LAST_WITH_PAYLOAD
      end
    end
  end
  local ignorable = frame.outer[2] ~= nil and frame.outer[2].value ~= 0
  if frame.kind == nil and not ignorable then
    fault = fault or "it has no body that is known, and is not ignorable"
  end
  local padding = frame.outer[3]
  if padding ~= nil and raw:sub(padding.from + 1, padding.to):find("[^\0]") then
    fault = fault or "its padding is not all zeros"
  end
  if frame.body ~= nil then
    local inner_fault
    frame.inner, inner_fault = read_fields(raw, frame.body.from, frame.body.to)
    fault = fault or inner_fault
  end
  return frame, fault
end

local function inner_of(frame, number, wire)
  for _, field in ipairs(frame.inner or {}) do
    if field.number == number and field.wire == wire then
      return field
    end
  end
  return nil
end

local function is_secret_metadata(key)
  for _, pattern in ipairs(SECRET_METADATA) do
    if key:lower():find(pattern) then
      return true
    end
  end
  return false
end

local function add_metadata(tree, tvb, raw, frame, number)
  for _, entry in ipairs(frame.inner) do
    if entry.number == number and entry.wire == BYTES then
      -- The key need not come first.
      local key, value = "", nil
      for _, part in ipairs((read_fields(raw, entry.from, entry.to))) do
        if part.number == 1 and part.wire == BYTES then
          key = text_of(raw, part)
        elseif part.wire == BYTES then
          value = part
        end
      end
      local text = ""
      if value ~= nil and earshot.prefs.mask and is_secret_metadata(key) then
        text = string.format("[redacted: %d bytes]", value.to - value.from)
      elseif value ~= nil then
        text = value.number == 2 and text_of(raw, value) or hex_of(raw, value)
      end
      tree:add(fields.metadata, tvb(entry.start, entry.to - entry.start), key .. ": " .. text)
    end
  end
end

local function add_status(tree, tvb, raw, frame)
  local status = inner_of(frame, 1, BYTES)
  if status == nil then
    tree:add(fields.status, 0):set_generated()
    return 0
  end
  local code = 0
  local item
  for _, field in ipairs((read_fields(raw, status.from, status.to))) do
    if field.number == 1 and field.wire == VARINT then
      code = field.value % UINT32
      item = tree:add(fields.status, tvb(field.start, field.to - field.start), code)
    elseif field.number == 2 and field.wire == BYTES then
      tree:add(fields.status_message, tvb(field.start, field.to - field.start), text_of(raw, field))
    end
  end
  if item == nil then
    tree:add(fields.status, 0):set_generated()
  elseif code ~= 0 then
    item:add_proto_expert_info(failed, "The call failed: " .. (STATUS_NAMES[code] or code))
  end
  return code
end

local function add_code(tree, tvb, frame)
  local field = inner_of(frame, 1, VARINT)
  if field == nil then
    return 0
  end
  local code = field.value % UINT32
  tree:add(fields.status, tvb(field.start, field.to - field.start), code)
  return code
end

local function add_call(tree, pinfo, call, kind)
  if call == nil or kind == "request" then
    if call ~= nil and call.response ~= nil then
      tree:add(fields.response_in, call.response):set_generated()
    end
    return
  end
  tree:add(fields.method, call.method):set_generated()
  tree:add(fields.request_in, call.request):set_generated()
  if kind == "response" or kind == "cancel" then
    call.response = call.response or pinfo.number
    local seconds = pinfo.abs_ts - call.at
    if seconds >= 0 then
      local whole = math.floor(seconds)
      tree:add(fields.time, NSTime.new(whole, math.floor((seconds - whole) * 1e9))):set_generated()
    end
  end
end

-- What stands in the body; gives the call, and words for the Info column.
local function add_body(tree, tvb, pinfo, raw, frame, stream_id)
  local kind, connection = frame.kind, connection_of()
  local words = kind
  local call = call_of(connection, stream_id)
  if kind == "request" then
    local method = inner_of(frame, 1, BYTES)
    if method ~= nil then
      local name = text_of(raw, method)
      tree:add(fields.method, tvb(method.start, method.to - method.start), name)
      call = open_call(pinfo, connection, stream_id, name)
      words = words .. " " .. (name:match("([^./]*/[^/]*)$") or name)
    end
    local timeout = inner_of(frame, 2, VARINT)
    if timeout ~= nil then
      tree:add(fields.timeout_ms, tvb(timeout.start, timeout.to - timeout.start), timeout.value % UINT32)
    end
    add_metadata(tree, tvb, raw, frame, 5)
  elseif call ~= nil then
    words = words .. " " .. (call.method:match("([^./]*/[^/]*)$") or call.method)
  end
  if kind == "response" then
    local code = add_status(tree, tvb, raw, frame)
    words = words .. " " .. (STATUS_NAMES[code] or code)
    add_metadata(tree, tvb, raw, frame, 2)
  elseif kind == "cancel" or kind == "go_away" then
    local code = add_code(tree, tvb, frame)
    words = words .. " " .. (STATUS_NAMES[code] or code)
  elseif kind == "data" then
    local final = inner_of(frame, 1, VARINT)
    if final ~= nil then
      tree:add(fields.final, tvb(final.start, final.to - final.start), final.value ~= 0)
    end
  end
  add_call(tree, pinfo, call, kind)
  return call, words
end

local function add_payload(tree, tvb, pinfo, frame, call)
  local payload = inner_of(frame, 15, BYTES)
  if payload == nil or not frame.has_payload then
    return
  end
  local range = tvb(payload.start, payload.to - payload.start)
  local item = tree:add(fields.payload_length, range, payload.to - payload.from)
  local type = payload_type(pinfo, frame.kind, call)
  if type ~= nil then
    item:add(fields.payload_type, type):set_generated()
  end
  show_message(tvb, pinfo, item, payload.from, payload.to, type)
end

local function add_frame(tvb, pinfo, tree, from, prefix_bytes, total)
  local part = tvb(from, total):tvb()
  local raw = part:raw()
  local frame, fault = read_frame(raw, prefix_bytes, total)
  local item = tree:add(earshot, part())
  item:add(fields.length, part(0, prefix_bytes), total - prefix_bytes)
  local outer = frame.outer
  local stream_id = outer[1] and outer[1].value % UINT32 or 0
  if outer[1] ~= nil then
    item:add(fields.stream_id, part(outer[1].start, outer[1].to - outer[1].start), stream_id)
  else
    item:add(fields.stream_id, 0):set_generated()
  end
  if outer[2] ~= nil then
    item:add(fields.ignorable, part(outer[2].start, outer[2].to - outer[2].start), outer[2].value ~= 0)
  end
  if outer[3] ~= nil then
    local padding = part(outer[3].start, outer[3].to - outer[3].start)
    item:add(fields.padding, padding, outer[3].to - outer[3].from)
  end
  local words = outer[3] ~= nil and "padding" or "nothing"
  if frame.kind ~= nil then
    item:add(fields.kind, part(frame.body.start, frame.body.to - frame.body.start), frame.kind)
    local call
    call, words = add_body(item, part, pinfo, raw, frame, stream_id)
    -- What carries a payload shows it below, masked where that is wanted.
    if not frame.has_payload then
      show_message(part, pinfo, item, prefix_bytes, total, FRAME_TYPE)
    elseif not earshot.prefs.mask and protobuf_knows ~= false then
      call_protobuf(part(prefix_bytes):tvb(), pinfo, item, FRAME_TYPE)
    end
    add_payload(item, part, pinfo, frame, call)
  end
  if stream_id ~= 0 then
    words = words .. " [" .. string.format("%.0f", stream_id) .. "]"
  end
  if fault ~= nil then
    item:add_proto_expert_info(malformed, "Malformed frame: " .. fault)
    words = words .. " (malformed)"
  end
  item:append_text(", " .. words)
  return words
end

----- Bytes into frames.

-- Length of the frame at `at` with its prefix, and of the prefix alone; nil where more is needed; nil and why where it is none.
local function frame_length(raw, at, stop)
  local length, behind = read_varint(raw, at, stop, 4)
  if length == nil then
    if stop - at >= 4 then
      return nil, "its length has more than 4 bytes"
    end
    return nil
  end
  local prefix_bytes = behind - at
  if length == 0 then
    return nil, "its length is 0"
  end
  if prefix_bytes > 1 and raw:byte(behind) == 0 then
    return nil, "its length is not written in as few bytes as it needs"
  end
  if length > MAX_FRAME_BYTES then
    return nil, string.format("its length is %.0f", length)
  end
  return length + prefix_bytes, prefix_bytes
end

local function joins_segments()
  local is_known, joins = pcall(get_preference, "tcp.desegment_tcp_streams")
  return not is_known or joins ~= false
end

local function dissect_frames(tvb, pinfo, tree)
  local raw, stop, at = tvb:raw(), tvb:len(), 0
  local told = {}
  while at < stop do
    local total, prefix_bytes = frame_length(raw, at, stop)
    if total == nil and prefix_bytes ~= nil then
      local item = tree:add(earshot, tvb(at), "Earshot calls, not a frame")
      item:add_proto_expert_info(malformed, "Not a frame: " .. prefix_bytes)
      told[#told + 1] = "not a frame"
      break
    end
    if total == nil or at + total > stop then
      -- pinfo.can_desegment is 0 here even where TCP does put segments together.
      pinfo.desegment_offset = at
      pinfo.desegment_len = total and at + total - stop or DESEGMENT_ONE_MORE_SEGMENT
      if not joins_segments() then
        local item = tree:add(earshot, tvb(at), "Earshot calls, the beginning of a frame")
        item:add_proto_expert_info(malformed, "The rest of this frame is not there")
      end
      break
    end
    told[#told + 1] = add_frame(tvb, pinfo, tree, at, prefix_bytes, total)
    at = at + total
  end
  if #told > 0 then
    pinfo.cols.protocol = "Earshot"
    -- A space behind, since a packet that completes several frames is told in several parts.
    pinfo.cols.info:set(table.concat(told, ", ", 1, math.min(#told, MAX_TOLD)) .. (#told > MAX_TOLD and ", ... " or " "))
  end
  return stop
end

function earshot.dissector(tvb, pinfo, tree)
  return dissect_frames(tvb, pinfo, tree)
end

----- Where it comes from: TLS by ALPN or port, plain TCP by port or by its first frame, or "decode as".

-- A record's content type and major version: as a frame, field number 0.
local function looks_like_tls(raw)
  local first = raw:byte(1)
  return first ~= nil and first >= 0x14 and first <= 0x18 and raw:byte(2) == 0x03
end

local port_dispatcher = Proto("earshot_port", "Earshot's port")
function port_dispatcher.dissector(tvb, pinfo, tree)
  local connection = connection_of()
  carried[connection] = carried[connection] or (looks_like_tls(tvb:raw(0, math.min(2, tvb:len()))) and "tls" or "earshot")
  if carried[connection] ~= "tls" then
    return dissect_frames(tvb, pinfo, tree)
  end
  -- What is malformed there is shown, and thrown as well.
  local is_well, taken = pcall(tls.call, tls, tvb, pinfo, tree)
  return is_well and taken or tvb:len()
end

-- A whole first frame that is a Hello, or a Request on an odd stream with the path of a method (src/sniffer/message/first-frame.ts).
local function begins_earshot(tvb)
  local raw, stop = tvb:raw(0, math.min(tvb:len(), MAX_FIRST_FRAME_BYTES)), math.min(tvb:len(), MAX_FIRST_FRAME_BYTES)
  local total, prefix_bytes = frame_length(raw, 0, stop)
  if total == nil or total > stop then
    return false
  end
  local frame, fault = read_frame(raw, prefix_bytes, total)
  local stream_id = frame.outer[1] and frame.outer[1].value or 0
  if fault ~= nil then
    return false
  end
  if frame.kind == "hello" then
    return stream_id == 0 and inner_of(frame, 2, VARINT) ~= nil
  end
  local method = frame.kind == "request" and inner_of(frame, 1, BYTES)
  return method and stream_id % 2 == 1 and text_of(raw, method):match("^[%a_][%w_.]*/[%a_][%w_]*$") ~= nil
end

earshot:register_heuristic("tcp", function(tvb, pinfo, tree)
  if not earshot.prefs.heuristic or not begins_earshot(tvb) then
    return false
  end
  pinfo.conversation = earshot
  dissect_frames(tvb, pinfo, tree)
  return true
end)

DissectorTable.get("tls.alpn"):add("earshot/1", earshot)
DissectorTable.get("tcp.port"):add_for_decode_as(earshot)
DissectorTable.get("tls.port"):add_for_decode_as(earshot)

local port = 0
local function take_port(wanted)
  for _, entry in ipairs({ { "tcp.port", port_dispatcher }, { "tls.port", earshot } }) do
    local ports = DissectorTable.get(entry[1])
    if port ~= 0 then
      ports:remove(port, entry[2])
    end
    if wanted ~= 0 then
      ports:add(wanted, entry[2])
    end
  end
  port = wanted
end

function earshot.prefs_changed()
  schema = nil
  protobuf_knows = nil
  if earshot.prefs.port ~= port then
    take_port(earshot.prefs.port)
  end
end

take_port(earshot.prefs.port)
