import type { FetchLike } from '../http';

/**
 * Node's fetch with the part of a browser's behaviour that Node leaves out: the preflight of a call with other than
 * plain headers, and the refusal to show a reply whose server does not allow the page (Fetch standard, CORS).
 */
export function browserFetch(origin: string): FetchLike {
  return async (url, init) => {
    if (init.mode === 'no-cors') return fetch(url, init);
    const refuse = () => new TypeError('Failed to fetch');
    const names = [...new Headers(init.headers).keys()];
    if (names.length > 0) {
      const preflight = await fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin, 'access-control-request-method': init.method ?? 'GET', 'access-control-request-headers': names.join(','),
        },
      });
      const allowed = (preflight.headers.get('access-control-allow-headers') ?? '').split(',').map((name) => name.trim());
      if (!preflight.ok || !allows(preflight, origin) || names.some((name) => !allowed.includes(name))) throw refuse();
    }
    const response = await fetch(url, init);
    if (!allows(response, origin)) throw refuse();
    return response;
  };
}

function allows(response: Response, origin: string): boolean {
  return ['*', origin].includes(response.headers.get('access-control-allow-origin') ?? '');
}
