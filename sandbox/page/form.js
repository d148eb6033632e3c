// What a person has filled in on one surface: it survives updates of the view while they type.

export class Form {
  constructor() {
    this.fields = new Map();
    this.touched = false;
  }

  /** Gives a field its first value; with `keep`, what the person already entered wins. Returns the value to show. */
  seed(block, element, value, keep) {
    const held = this.get(block, element);
    if (keep && held?.type === element.type) return held;
    this.place(block, element, value);
    return this.get(block, element);
  }

  set(block, element, value) {
    this.touched = true;
    this.place(block, element, value);
  }

  /** {type, value | selected_option | …}, or undefined for a field not drawn. */
  get(block, element) {
    return this.fields.get(keyOf(block, element))?.value;
  }

  place(block, element, value) {
    this.fields.set(keyOf(block, element), { block: block.block_id, action: element.action_id, value: { type: element.type, ...value } });
  }

  /** {block_id: {action_id: {type, value | selected_option | …}}} of the blocks given. */
  collect(blocks) {
    const present = new Set(blocks.map((block) => block.block_id));
    const collected = {};
    for (const { block, action, value } of this.fields.values()) {
      if (present.has(block)) (collected[block] ??= {})[action] = value;
    }
    return collected;
  }
}

const keyOf = (block, element) => `${block.block_id}\n${element.action_id}`;

/** Whether a field's value holds anything. */
export function isFilled(value) {
  const { type, ...rest } = value ?? {};
  return Object.values(rest).some((held) => (Array.isArray(held) ? held.length > 0 : held !== null && held !== undefined && held !== ""));
}
