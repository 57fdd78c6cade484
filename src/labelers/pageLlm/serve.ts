import type { Answer, Commands, PageEngine, Request } from './protocol';

/** The worker's side of the protocol. @returns what takes requests; calls may overlap. */
export function serve(engine: Omit<PageEngine, 'unload'>, post: (answer: Answer) => void): (request: Request) => void {
  async function run(request: Request): Promise<Commands[Request['command']]['out']> {
    switch (request.command) {
      case 'load':
        await engine.load(request.input, (progress) => post({ id: request.id, progress }));
        return undefined;
      case 'chat':
        return engine.chat(request.input);
      case 'cached':
        return engine.cached(request.input);
      case 'forget':
        await engine.forget(request.input);
        return undefined;
    }
  }
  return (request) => {
    const { id } = request;
    run(request).then(
      (output) => post({ id, output }),
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        post({ id, error: { name, message } });
      },
    );
  };
}
