import {
  add, addN, dispose, engine, keep, mul, ready, setBackend, sum, tidy,
  type Scalar, type Tensor,
} from '@tensorflow/tfjs-core';
// After tfjs-core itself: its gradients are written with tensor methods that it must have set up.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { checkAdamW, checkBatch, checkForward, checkGenerate } from '../checks';
import { layoutOf } from '../layout';
import type {
  Batch, Engine, Forward, ForwardOptions, Optimizer, OutputName, Outputs, ParameterSet,
} from '../types';
import { decode } from './decode';
import { modelOutputs } from './model';
import { joinViews, ReferenceAdamW, ReferenceParameters, weightsOf } from './parameters';
import { sampleOnHost, type Sampler } from './sampler';

export interface ReferenceOptions {
  readonly kind?: Engine['kind'];
  /** A registered tfjs backend; it becomes the current one. Default 'cpu'. */
  readonly backendName?: string;
  readonly description?: string;
  /** Default: on the host, for tfjs' cpu backend. */
  readonly sample?: Sampler;
  /** Called before every computation; throws where the backend can no longer compute. */
  readonly assertAlive?: () => void;
  /** Called by `dispose`. */
  readonly onDispose?: () => void;
}

/** One pass with what its backward pass needs: the parameters as they were. */
class ReferenceForward implements Forward {
  private disposed = false;

  constructor(
    readonly outputs: Outputs,
    readonly params: ReferenceParameters,
    readonly batch: Batch,
    readonly options: ForwardOptions,
    /** The views of `params` at the time of the pass; empty where nothing is kept. */
    readonly kept: readonly Tensor[],
  ) {}

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    dispose([...Object.values(this.outputs as Record<string, Tensor>), ...this.kept]);
  }

  /** @throws Error after `dispose`, or where nothing was kept. */
  requireKept(): void {
    if (this.disposed) throw new Error('backward: this forward pass has been disposed');
    if (this.kept.length === 0) throw new Error('backward: this forward pass kept nothing; ask for `keep: true`');
  }
}

/**
 * The model in plain tfjs operations on any tfjs backend. `backward` computes the forward pass again, with the
 * parameters as they were, and lets tfjs differentiate it.
 */
export async function createReferenceEngine(options: ReferenceOptions = {}): Promise<Engine> {
  const { kind = 'reference', backendName = 'cpu', sample = sampleOnHost, assertAlive = () => undefined, onDispose } = options;
  if (!(await setBackend(backendName))) throw new Error(`tfjs backend "${backendName}" could not be started`);
  await ready();
  const description = options.description ?? `Reference, tfjs ${backendName}`;

  return {
    kind,
    backendName,
    description,
    readEvery: 1,
    assertAlive,
    createParameters: (shape, values) => new ReferenceParameters(layoutOf(shape), values),
    copyParameters(params) {
      const source = own(params);
      const copy = new ReferenceParameters(source.layout, new Float32Array(source.layout.size));
      copy.replaceValues(source.values.clone());
      return copy;
    },
    readParameters: async (params) => (await own(params).values.data<'float32'>()).slice(),
    writeParameters: (params, values) => own(params).write(values),
    readGradients: async (params) => (await own(params).gradient.data<'float32'>()).slice(),

    async forward(params, batch, forwardOptions) {
      const set = own(params);
      assertAlive();
      checkBatch(set.layout.shape, batch);
      checkForward(set.layout.shape, forwardOptions);
      let outputs: Outputs = {};
      tidy(() => {
        outputs = modelOutputs(set.weights, set.layout.shape, batch, forwardOptions);
        Object.values(outputs).forEach((tensor: Tensor) => keep(tensor));
      });
      return new ReferenceForward(outputs, set, batch, forwardOptions, forwardOptions.keep ? set.snapshot() : []);
    },

    async backward(forward, grads) {
      if (!(forward instanceof ReferenceForward)) throw new TypeError('backward: not a forward pass of this engine');
      forward.requireKept();
      assertAlive();
      const { params, batch, kept } = forward;
      const names = (Object.keys(grads) as OutputName[]).filter((name) => grads[name]);
      for (const name of names) {
        if (!forward.outputs[name]) throw new RangeError(`backward: the forward pass did not compute "${name}"`);
      }
      if (names.length === 0) return;
      const weighted = (): Scalar => {
        const weights = weightsOf(params.layout, kept);
        const outputs = modelOutputs(weights, params.layout.shape, batch, { ...forward.options, outputs: names });
        return addN(names.map((name) => sum<Scalar>(mul(outputs[name] as Tensor, grads[name] as Tensor))));
      };
      params.replaceGradient(
        tidy(() => {
          // tf.grads would throw on the parameters that these outputs do not reach; their gradient is zero.
          const { grads: perView } = engine().gradients(weighted, [...kept], undefined, true);
          return add(params.gradient, joinViews(params.layout, perView));
        }),
      );
    },

    createOptimizer: (params, state): Optimizer => new ReferenceAdamW(own(params), state),
    readOptimizer: async (optimizer) => ownOptimizer(optimizer).read(),
    async step(optimizer, stepOptions) {
      const adamw = ownOptimizer(optimizer);
      checkAdamW(stepOptions);
      assertAlive();
      const outcome = await adamw.step(stepOptions);
      assertAlive();
      return outcome;
    },

    async generate(params, prompts, generateOptions) {
      const set = own(params);
      checkGenerate(set.layout.shape, prompts, generateOptions);
      assertAlive();
      const views = set.snapshot();
      try {
        const texts = await decode(weightsOf(set.layout, views), set.layout.shape, prompts, generateOptions, sample);
        assertAlive();
        return texts;
      } finally {
        dispose(views);
      }
    },

    dispose: () => onDispose?.(),
  };
}

function own(params: ParameterSet): ReferenceParameters {
  if (!(params instanceof ReferenceParameters)) throw new TypeError('not a parameter set of this engine');
  return params;
}

function ownOptimizer(optimizer: Optimizer): ReferenceAdamW {
  if (!(optimizer instanceof ReferenceAdamW)) throw new TypeError('not an optimizer of this engine');
  return optimizer;
}
