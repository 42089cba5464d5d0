"""A client for Earshot with nothing but the standard library and python3-protobuf."""
import socket
import ssl

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Schema:
    """Message classes made at run time from a descriptor set (buf build -o, protoc --descriptor_set_out)."""

    def __init__(self, path):
        self.pool = descriptor_pool.DescriptorPool()
        with open(path, "rb") as file:
            for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
                self.pool.AddSerializedFile(proto.SerializeToString())

    def __getitem__(self, name):
        descriptor = self.pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self.pool).GetPrototype(descriptor)


class CallFailed(Exception):
    """A call that ended with a status other than OK. `details` holds messages, as far as the schema knows them."""

    def __init__(self, code, message, details=()):
        super().__init__(f"status {code}: {message}")
        self.code, self.details = code, list(details)


class Connection:
    MAX_FRAME_BYTES = 65536  # The floor: what every peer accepts, and sends to one that said no Hello.

    def __init__(self, host, port, ca, schema):
        self.schema, self.frame = schema, schema["earshot.call.v1.Frame"]
        self.stream_id = -1
        context = ssl.create_default_context(cafile=ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["earshot/1"])
        self.socket = context.wrap_socket(socket.create_connection((host, port), timeout=30), server_hostname=host)
        if self.socket.selected_alpn_protocol() != "earshot/1":
            raise ConnectionError("the server does not speak earshot/1")
        self.input = self.socket.makefile("rb")

    def call(self, service, method, fields, token=None, timeout_ms=10000):
        """One unary call; returns the response message or raises CallFailed."""
        types = self.schema.pool.FindServiceByName(service).FindMethodByName(method)
        self.stream_id += 2
        frame = self.frame(stream_id=self.stream_id)
        frame.request.method = f"{service}/{method}"
        frame.request.timeout_ms = timeout_ms
        if token is not None:
            frame.request.metadata.add(key="authorization", text=f"Bearer {token}")
        frame.request.payload = self.schema[types.input_type.full_name](**fields).SerializeToString()
        self.send(frame)
        response = self.response_to(self.stream_id)
        if response.status.code != 0:
            raise CallFailed(response.status.code, response.status.message, self.unpacked(response.status.details))
        return self.schema[types.output_type.full_name].FromString(response.payload)

    def response_to(self, stream_id):
        while True:
            frame = self.receive()
            body = frame.WhichOneof("body")
            if body == "ping" and not frame.ping.ack:
                frame.ping.ack = True
                self.send(frame)
            elif body == "go_away" and stream_id > frame.go_away.last_stream_id:
                raise CallFailed(14, f"not processed, the server is closing: {frame.go_away.message}")
            elif body == "cancel" and frame.stream_id == stream_id:
                raise CallFailed(frame.cancel.code, frame.cancel.reason)
            elif body == "response" and frame.stream_id == stream_id:
                return frame.response
            elif body is None and not frame.ignorable:
                raise ConnectionError("a frame that this client does not understand")

    def send(self, frame):
        data = frame.SerializeToString()
        prefix, rest = bytearray(), len(data)
        while rest > 0x7F:
            prefix.append(rest & 0x7F | 0x80)
            rest >>= 7
        self.socket.sendall(bytes(prefix + bytes([rest])) + data)

    def receive(self):
        length, shift = 0, 0
        while True:
            byte = self.exactly(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift == 28:
                raise ConnectionError("a length prefix of more than 4 bytes")
        if not 0 < length <= self.MAX_FRAME_BYTES:
            raise ConnectionError(f"a frame of {length} bytes")
        return self.frame.FromString(self.exactly(length))

    def exactly(self, count):
        data = self.input.read(count)
        if len(data) < count:
            raise ConnectionError("the server closed the connection")
        return data

    def unpacked(self, details):
        for detail in details:
            try:
                yield self.schema[detail.type_url.rpartition("/")[2]].FromString(detail.value)
            except KeyError:
                pass  # A detail explains a status; one of an unknown type is left out.

    def close(self):
        self.socket.close()
