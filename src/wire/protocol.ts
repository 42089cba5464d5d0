// The protocol's name, as TLS negotiates it.

/** RFC 7301 name. A new major version gets a new name; minor ones are told in Hello. */
export const ALPN_PROTOCOL = "earshot/1";
