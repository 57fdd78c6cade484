import { z } from 'zod';

// zod's compiled fast path uses `new Function`, which the content security policy forbids.
z.config({ jitless: true });

export { z };
