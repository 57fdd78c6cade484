export function isBrowser(file: string): boolean;
export function firstBrowser(candidates: readonly (string | undefined)[]): string | undefined;
export function findChromium(): Promise<string | undefined>;
export function ensureChromium(): Promise<string>;
export function vulkanEnvironment(
  chromium: string | undefined,
  environment?: Record<string, string | undefined>,
  platform?: string,
): Record<string, string>;
