import { describe, expect, it } from 'vitest';
import { createLabKeys, type SessionItems } from './labKeys';

const items = (): SessionItems & { readonly all: Map<string, string> } => {
  const all = new Map<string, string>();
  return {
    all,
    getItem: (name) => all.get(name) ?? null,
    setItem: (name, value) => void all.set(name, value),
    removeItem: (name) => void all.delete(name),
  };
};

describe('keys', () => {
  it('belong to a server, whatever the path, and to no other', () => {
    const keys = createLabKeys(items);
    keys.set('https://one.example/v1', ' sk-1 ');
    expect(keys.get('https://one.example/v1/chat')).toBe('sk-1');
    expect(keys.get('https://two.example/v1')).toBe('');
    expect(keys.get('https://one.example:444/v1')).toBe('');
    keys.set('https://one.', 'sk-2');
    keys.set('not an address', 'sk-3');
    expect(keys.get('not an address')).toBe('');
  });

  it('are written only where the visitor asks for it, and gone when they are cleared', () => {
    const session = items();
    const keys = createLabKeys(() => session);
    keys.set('https://one.example', 'sk-1');
    expect(session.all.size).toBe(0);
    expect(keys.keep(true)).toBe(true);
    expect([...session.all.values()].join()).toContain('sk-1');

    const later = createLabKeys(() => session);
    expect([later.kept, later.get('https://one.example')]).toEqual([true, 'sk-1']);
    later.set('https://one.example', '');
    expect([...session.all.values()].join()).not.toContain('sk-1');
    later.set('https://one.example', 'sk-2');
    later.clear();
    expect([session.all.size, later.kept, later.get('https://one.example')]).toEqual([0, false, '']);
  });

  it('stay in memory where the browser forbids storage, or holds something else', () => {
    const keys = createLabKeys(() => {
      throw new Error('denied');
    });
    keys.set('https://one.example', 'sk-1');
    expect(keys.keep(true)).toBe(false);
    expect([keys.kept, keys.get('https://one.example')]).toEqual([false, 'sk-1']);
    const session = items();
    session.setItem('rlaif-playground-keys', '{"a":');
    expect(createLabKeys(() => session).kept).toBe(false);
  });
});
