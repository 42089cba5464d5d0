// Names of link types, for people: what a capture says of its interface (the LINKTYPE_ registry of tcpdump.org).

const names: Readonly<Record<number, string>> = {
  0: "null",
  1: "ethernet",
  6: "ieee802_5",
  9: "ppp",
  10: "fddi",
  12: "raw",
  14: "raw",
  50: "ppp_hdlc",
  51: "ppp_ether",
  100: "atm_rfc1483",
  101: "raw",
  104: "c_hdlc",
  105: "ieee802_11",
  107: "frelay",
  108: "loop",
  113: "linux_sll",
  119: "ieee802_11_prism",
  123: "atm_clip",
  127: "ieee802_11_radiotap",
  147: "user0",
  163: "ieee802_11_avs",
  166: "ppp_pppd",
  178: "juniper_ether",
  189: "usb_linux",
  192: "ppi",
  195: "ieee802_15_4",
  201: "bluetooth_hci_h4_with_phdr",
  204: "ppp_with_dir",
  219: "mpls",
  220: "usb_linux_mmapped",
  228: "ipv4",
  229: "ipv6",
  239: "nflog",
  242: "ip_over_ib",
  249: "usbpcap",
  251: "bluetooth_le_ll",
  253: "netlink",
  276: "linux_sll2",
};

/** The registry's name in lower case, or "linktype_N". */
export function linkTypeName(linkType: number): string {
  return names[linkType] ?? `linktype_${linkType}`;
}
