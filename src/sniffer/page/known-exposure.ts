// Who could read what of a conversation, worked out again only where more became known: a live page asks it of thousands
// of open ones several times a second.
import type { ConversationFacts } from "./conversation-facts.js";
import { exposureOf } from "./exposure.js";
import type { Matrix } from "./page-model.js";

interface Known {
  readonly revision: number;
  /** It becomes clear without an event. */
  readonly application: string | undefined;
  readonly matrix: Matrix;
}

const known = new WeakMap<ConversationFacts, Known>();

export function knownExposure(facts: ConversationFacts): Matrix {
  const { revision, application } = facts;
  const before = known.get(facts);
  if (before?.revision === revision && before.application === application) return before.matrix;
  const matrix = exposureOf(facts);
  known.set(facts, { revision, application, matrix });
  return matrix;
}
