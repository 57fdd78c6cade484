// Both ends of a channel between a worker and one that computes for it: messages, and what they do.
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { ModelShape } from '../layout';
import type { Batch, Forward, ForwardOptions, GenerateOptions, Generation, OutputName, Outputs, ParameterSet } from '../types';
import type { CpuEngine } from './engine';
import type { OutputArrays } from './forward';

/** What a helper does. Parameter sets and passes go by numbers that the asking side gives out. */
export interface ComputeCalls {
  /** Gives a set its values, the first time or again. */
  values: { in: { readonly set: number; readonly shape: ModelShape; readonly values: Float32Array }; out: void };
  forward: {
    in: { readonly pass: number; readonly set: number; readonly batch: Batch; readonly options: ForwardOptions };
    out: OutputArrays;
  };
  /** The gradient of this pass alone, flat like the parameters. */
  backward: { in: { readonly pass: number; readonly set: number; readonly grads: OutputArrays }; out: Float32Array };
  generate: {
    in: { readonly set: number; readonly prompts: readonly Int32Array[]; readonly options: GenerateOptions };
    out: Generation[];
  };
  freePass: { in: { readonly pass: number }; out: void };
  freeSet: { in: { readonly set: number }; out: void };
}
type CallName = keyof ComputeCalls;
type Call = { [C in CallName]: { readonly id: number; readonly name: C; readonly input: ComputeCalls[C]['in'] } }[CallName];
type Reply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };
type Handlers = { [C in CallName]: (input: ComputeCalls[C]['in']) => Promise<ComputeCalls[C]['out']> | ComputeCalls[C]['out'] };

/** An idle worker that computes for this one. Calls are answered in order. */
export interface ComputeHelper {
  /** It died or failed once: nothing more is asked of it. */
  readonly lost: boolean;
  /** Rejects where the helper is lost, which it is from its first error on. */
  call<C extends CallName>(name: C, input: ComputeCalls[C]['in']): Promise<ComputeCalls[C]['out']>;
  close(): void;
}

/** The asking end of a channel whose other end `serveCompute` answers. */
export function connectHelper(port: MessagePort): ComputeHelper {
  const waiting = new Map<number, { readonly resolve: (output: never) => void; readonly reject: (error: Error) => void }>();
  let nextId = 1;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    if (failure) return;
    failure = error;
    port.close();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  listen(port, (message) => {
    const reply = message as Reply;
    if (!reply.ok) {
      fail(new Error(reply.message));
      return;
    }
    waiting.get(reply.id)?.resolve(reply.output as never);
    waiting.delete(reply.id);
  });
  for (const event of ['close', 'messageerror']) {
    port.addEventListener(event, () => fail(new Error('The helping worker is gone.')));
  }
  return {
    get lost() {
      return failure !== undefined;
    },
    call(name, input) {
      if (failure) return Promise.reject(failure);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        port.postMessage({ id, name, input });
      });
    },
    close: () => fail(new Error('The helping worker was let go.')),
  };
}

/** The answering end: computes with `engine` what the other end asks for, until the channel closes. */
export function serveCompute(port: MessagePort, engine: CpuEngine): void {
  const sets = new Map<number, ParameterSet>();
  const passes = new Map<number, Forward>();

  const handlers: Handlers = {
    values({ set, shape, values }) {
      const params = sets.get(set);
      if (params) engine.writeParameters(params, values);
      else sets.set(set, engine.createParameters(shape, values));
    },
    async forward({ pass, set, batch, options }) {
      const forward = await engine.forward(known(sets, set), batch, options);
      const outputs = toArrays(forward.outputs);
      if (options.keep) passes.set(pass, forward);
      else forward.dispose();
      return outputs;
    },
    async backward({ pass, set, grads }) {
      const forward = known(passes, pass);
      const tensors = toTensors(forward.outputs, grads);
      await engine.backward(forward, tensors);
      for (const [, grad] of entriesOf(tensors)) grad.dispose();
      return engine.takeGradients(known(sets, set));
    },
    generate: ({ set, prompts, options }) => engine.generate(known(sets, set), prompts, options),
    freePass({ pass }) {
      passes.get(pass)?.dispose();
      passes.delete(pass);
    },
    freeSet({ set }) {
      sets.get(set)?.dispose();
      sets.delete(set);
    },
  };

  async function answer({ id, name, input }: Call): Promise<void> {
    try {
      // The call pairs name and input; TypeScript cannot follow that through the lookup.
      const handler = handlers[name] as (input: unknown) => unknown;
      const output = await handler(input);
      post({ id, ok: true, output }, buffersOf(output));
    } catch (error) {
      post({ id, ok: false, message: error instanceof Error ? error.message : String(error) });
      // The other end asks no more after an error, and not every browser tells of its closing.
      freeAll();
    }
  }
  const post = (reply: Reply, transfer: ArrayBuffer[] = []): void => port.postMessage(reply, transfer);

  // One after the other: two passes must not add to one gradient at a time.
  let turn = Promise.resolve();
  listen(port, (message) => {
    turn = turn.then(() => answer(message as Call));
  });
  port.addEventListener('close', freeAll);

  function freeAll(): void {
    for (const held of [...passes.values(), ...sets.values()]) held.dispose();
    passes.clear();
    sets.clear();
  }
}

/** Values of a pass' outputs, copied. */
export function toArrays(outputs: Outputs): OutputArrays {
  // The cpu backend holds tensors in memory: this read waits for nothing.
  return Object.fromEntries(entriesOf(outputs).map(([name, output]) => [name, output.dataSync<'float32'>().slice()]));
}

/** Gradients as tensors shaped like the outputs that they belong to. */
export function toTensors(outputs: Outputs, grads: OutputArrays): Outputs {
  return Object.fromEntries(
    entriesOf(outputs).flatMap(([name, output]) => {
      const grad = grads[name];
      return grad ? [[name, tensor(grad, output.shape)]] : [];
    }),
  );
}

export function entriesOf(outputs: Outputs): [OutputName, Tensor][] {
  return (Object.entries(outputs) as [OutputName, Tensor | undefined][]).flatMap(([name, output]) =>
    output ? [[name, output]] : [],
  );
}

function known<T>(things: ReadonlyMap<number, T>, number: number): T {
  const thing = things.get(number);
  if (!thing) throw new Error(`the helping worker does not know number ${number}`);
  return thing;
}

function listen(port: MessagePort, listener: (message: unknown) => void): void {
  port.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data));
  port.start();
  // In Node an open port keeps its process alive; here that is up to the worker's own channel.
  (port as MessagePort & { unref?(): void }).unref?.();
}

/** Buffers of an answer's arrays, all made for it, which are handed over instead of copied. */
function buffersOf(output: unknown): ArrayBuffer[] {
  if (output instanceof Float32Array || output instanceof Int32Array) return [output.buffer as ArrayBuffer];
  return typeof output === 'object' && output !== null ? Object.values(output).flatMap(buffersOf) : [];
}
