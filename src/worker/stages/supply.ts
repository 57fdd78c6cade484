import { mix } from '../../core/rng';
import type { Prompt, Split, Task } from '../../tasks/types';

/** Posts that are drawn, and kept, at a time. */
const BLOCK = 512;

/** An endless supply of training posts, drawn as they are needed: a long run must not draw them all before it begins. */
export class PromptSupply {
  private block = -1;
  private posts: readonly Prompt[] = [];

  constructor(
    private readonly task: Task,
    private readonly split: Split,
    private readonly seed: number,
  ) {}

  /** Posts `from .. from + count - 1`. */
  take(from: number, count: number): Prompt[] {
    return Array.from({ length: count }, (_, i) => this.at(from + i));
  }

  private at(index: number): Prompt {
    const block = Math.floor(index / BLOCK);
    if (block !== this.block) {
      this.posts = this.task.prompts(this.split, BLOCK, mix(this.seed, block));
      this.block = block;
    }
    return this.posts[index % BLOCK]!;
  }
}
