// Draws parts of the page anew by changing only what differs: what the reader unfolded, focused, marked or scrolled stays as
// it was, and a click that began on an element ends on it.

/** What the reader's own hand, and not the markup, decides. */
const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set(["open", "aria-expanded", "tabindex"]);
/** On elements that a script put in: they are in no markup. */
const MADE = "data-made";

/** What a part was last drawn from. */
const drawn = new WeakMap<Element, string>();

/** Makes the element's content that of the markup. */
export function patchContent(element: Element, markup: string): void {
  if (drawn.get(element) === markup) return;
  drawn.set(element, markup);
  const fresh = document.createElement("template");
  fresh.innerHTML = markup;
  patchChildren(element, fresh.content);
}

export function patchChildren(old: Element, fresh: ParentNode & Node): void {
  const current = [...old.childNodes].filter((node) => !isMade(node));
  const wanted = [...fresh.childNodes];
  for (const [index, node] of wanted.entries()) {
    const own = current[index];
    if (own === undefined) old.append(node);
    else patchNode(own, node);
  }
  for (const node of current.slice(wanted.length)) node.remove();
}

function patchNode(old: ChildNode, fresh: ChildNode): void {
  if (old instanceof Element && fresh instanceof Element && isSame(old, fresh)) {
    if (old.isEqualNode(fresh)) return;
    patchAttributes(old, fresh);
    patchChildren(old, fresh);
  } else if (old instanceof Text && fresh instanceof Text) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else old.replaceWith(fresh);
}

function isSame(old: Element, fresh: Element): boolean {
  return old.nodeName === fresh.nodeName && old.id === fresh.id;
}

function patchAttributes(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !KEPT_ATTRIBUTES.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !KEPT_ATTRIBUTES.has(name)) old.setAttribute(name, value);
  }
}

function isMade(node: Node): boolean {
  return node instanceof Element && node.hasAttribute(MADE);
}
