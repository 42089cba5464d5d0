// What a class learns from each rung, in words for people who have never heard of TLS.

export interface Lesson {
  /** What is done. */
  readonly story: string;
  /** The one idea. */
  readonly idea: string;
  readonly question: string;
  readonly answer: string;
}

export const LESSONS: readonly Lesson[] = [
  {
    story:
      "Alice logs in, and nothing is encrypted. Her password travels like a postcard: whoever carries it on the way can read it, and so can everyone who shares the cable or the radio.",
    idea: "A network passes on bytes; it keeps no secrets. Without encryption, reading along takes no skill and leaves no trace.",
    question: "Which of the computers between Alice and the server could have read her password?",
    answer: "All of them: the access point, each router, the provider, and whoever listens to any of them.",
  },
  {
    story:
      "The same login through TLS 1.2. Before anything is said, both sides agree on a key that nobody else can compute from what went over the wire; from then on everything is encrypted with it.",
    idea: "Encryption hides what is said. It does not hide who talks to whom, how much and when; and up to TLS 1.2 the server shows its certificate, and so its name, in the clear.",
    question: "He cannot read the login. What does he know all the same?",
    answer:
      "Which server it was, that something was sent and answered, how long each message was, and when: often enough to guess what it was.",
  },
  {
    story: "The same login through TLS 1.3, which encrypts as soon as it can: the certificate is already hidden.",
    idea: "What has to be said before there is a key cannot be hidden by it: the client's first message still names the server (SNI) and the protocol (ALPN).",
    question: "Why can the server's name not simply be encrypted too?",
    answer:
      "A server with many names needs it to choose its certificate, before both have a key. Encrypted ClientHello solves that with a key published beforehand.",
  },
  {
    story:
      "Now he does not listen, he answers: he stands between with a certificate of his own and passes everything on. Alice's program was told not to check certificates, and talks to him.",
    idea: "Encryption says that nobody else reads along. Only a verified certificate says who is at the other end.",
    question: "The padlock is closed, and he reads everything. How?",
    answer:
      "There are two encrypted connections, one from Alice to him and one from him to the server. In between, on his machine, all is in the clear.",
  },
  {
    story:
      "The same attack, but Alice's program checks the certificate. His is signed by nobody whom it trusts: it stops before it has sent a single byte of the login.",
    idea: "Verification is what turns encryption into security. One switched-off check, “only for testing”, gives rung 3.",
    question: "What does he learn from the attempt?",
    answer: "That somebody wanted to reach this server, by its name. No login was sent.",
  },
  {
    story:
      "The worst case: his certificate is signed by an authority that Alice's machine trusts, as a company's proxy has one. Her account is protected by OPAQUE: the password never leaves her machine, and the login is tied to this one connection.",
    idea: "With OPAQUE the client proves that it knows the password without ever sending it, and the proof holds for one TLS connection only. Passed on through another, it is worthless.",
    question: "He sees everything that is sent. Why can he not log in as Alice afterwards?",
    answer:
      "What he saw contains neither the password nor anything to guess it with, and the server refused the proof that he passed on, since it was made for another connection.",
  },
];
