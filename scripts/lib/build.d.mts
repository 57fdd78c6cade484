export function buildConstants(): { __BUILD__: string };
export const CONTENT_SECURITY_POLICY: string;
