/**
 * A JSON value with its repetition taken out, so that a long record gets small: the names of an object's members are written
 * once, as its shape, and the object becomes `[shape, ...values]`; words become one text with spaces. Nothing is lost: numbers
 * keep every digit. Lists are marked too, or they could be taken for objects.
 */
import { z } from './zod';

/** Marks of what a list in `value` stands for; an object has the number of its shape plus 1. */
const LIST = 0;
const WORDS = -1;

/** Names of an object's members, in their order. */
const shapesSchema = z.array(z.array(z.string().max(80)).max(200)).max(1000);

export const shapedSchema = z.strictObject({ shapes: shapesSchema, value: z.unknown() });
export type Shaped = z.infer<typeof shapedSchema>;

const isWord = (value: unknown): boolean => typeof value === 'string' && value !== '' && !value.includes(' ');

/** @param value what JSON can hold; members that are undefined are left out */
export function toShapes(value: unknown): Shaped {
  const shapes: string[][] = [];
  const known = new Map<string, number>();
  const shapeOf = (names: string[]): number => {
    const key = JSON.stringify(names);
    const found = known.get(key) ?? shapes.push(names);
    known.set(key, found);
    return found;
  };
  const pack = (item: unknown): unknown => {
    if (typeof item !== 'object' || item === null) return item;
    if (Array.isArray(item)) {
      const items = item as readonly unknown[];
      return items.length > 0 && items.every(isWord) ? [WORDS, items.join(' ')] : [LIST, ...items.map(pack)];
    }
    const members = Object.entries(item).filter(([, member]) => member !== undefined);
    return [shapeOf(members.map(([name]) => name)), ...members.map(([, member]) => pack(member))];
  };
  return { value: pack(value), shapes };
}

/** @throws TypeError where it is not what `toShapes` makes */
export function fromShapes({ shapes, value }: Shaped): unknown {
  if (shapes.some((names) => names.includes('__proto__'))) throw new TypeError('a name that is not allowed');
  const unpack = (item: unknown): unknown => {
    if (!Array.isArray(item)) {
      if (typeof item === 'object' && item !== null) throw new TypeError('an object without a shape');
      return item;
    }
    const [mark, ...items] = item as [unknown, ...unknown[]];
    if (mark === LIST) return items.map(unpack);
    if (mark === WORDS) {
      const [text] = items;
      if (typeof text !== 'string' || items.length !== 1) throw new TypeError('words that are no text');
      return text.split(' ');
    }
    const names = typeof mark === 'number' ? shapes[mark - 1] : undefined;
    if (names?.length !== items.length) throw new TypeError('an object that does not fit its shape');
    return Object.fromEntries(names.map((name, i) => [name, unpack(items[i])]));
  };
  return unpack(value);
}
