// Who may read a recording later: the names by which readers are told and counted.

export const WHO = {
  anyone: "anyone who has this recording",
  keyLog: "whoever holds the session keys (a key log)",
  serverKey: "whoever gets the server's private key",
  ticketKey: "whoever gets the session ticket key",
  sessionCache: "whoever gets the server's session cache",
  psk: "whoever knows the pre-shared key",
  pskAndServerKey: "whoever knows the pre-shared key and gets the server's private key",
  computing: "whoever spends enough computing time",
  quantum: "whoever builds a large quantum computer",
  middle: "whoever stood between the two at the time",
} as const;
