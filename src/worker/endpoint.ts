import type { CommandName, Commands, FromWorker, WireError, WorkerEvent } from './protocol';

/** What a browser Worker, a MessagePort and a Node worker thread have in common here. */
export interface Wire {
  /** Hands the ports over, which are in the message. */
  post(message: unknown, ports: readonly MessagePort[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The worker died or could not be read. */
  onFailure(listener: (error: Error) => void): void;
  close(): void;
}

/** A worker that answers commands. Calls may overlap; events come in order. */
export interface Endpoint {
  /** @param ports those in `input`. */
  call<C extends CommandName>(command: C, input: Commands[C]['in'], ports?: readonly MessagePort[]): Promise<Commands[C]['out']>;
  /** Called once when the worker dies or is closed, at once if it has. Returns the unsubscribe function. */
  onEnd(listener: (error: Error) => void): () => void;
  /** Returns the unsubscribe function. */
  onEvents(listener: (events: readonly WorkerEvent[]) => void): () => void;
  close(): void;
}

/** Thrown by calls that a visitor cancelled. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor() {
    super('The run was stopped.');
  }
}

export function toWireError(error: unknown): WireError {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: 'Error', message: String(error) };
}

export function fromWireError(wire: WireError): Error {
  if (wire.name === 'CancelledError') return new CancelledError();
  const error = new Error(wire.message);
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

/** Turns a wire into an endpoint: pairs replies with calls, keeps name, message and stack of errors. */
export function connect(wire: Wire): Endpoint {
  const waiting = new Map<number, { readonly resolve: (output: never) => void; readonly reject: (error: Error) => void }>();
  const listeners = new Set<(events: readonly WorkerEvent[]) => void>();
  const endListeners = new Set<(error: Error) => void>();
  let nextId = 1;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    for (const listener of endListeners) listener(error);
    endListeners.clear();
  };
  wire.onMessage((raw) => {
    const message = raw as FromWorker;
    if ('events' in message) {
      for (const listener of listeners) listener(message.events);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.ok) call?.resolve(message.output as never);
    else call?.reject(fromWireError(message.error));
  });
  wire.onFailure(fail);
  return {
    call(command, input, ports = []) {
      if (failure) return Promise.reject(failure);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        wire.post({ id, command, input }, ports);
      });
    },
    onEnd(listener) {
      if (failure) listener(failure);
      else endListeners.add(listener);
      return () => endListeners.delete(listener);
    },
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      fail(new CancelledError());
      wire.close();
    },
  };
}
