import type { Metrics } from '../src/algorithms/types';

/** Prints a training's metrics and keeps those on validation data for the model card. */
export class TrainingLog {
  private readonly started = performance.now();
  private readonly rows: string[] = [];
  private seconds = 0;
  constructor(private readonly name: string) {}

  add({ step, values }: Metrics): void {
    const validated = Object.keys(values).some((key) => key.includes('/val_'));
    if (!validated && step % 25 !== 0) return;
    this.seconds = (performance.now() - this.started) / 1000;
    const shown = Object.entries(values).map(([key, value]) => `${key} ${value.toFixed(4)}`).join(', ');
    console.log(`${this.name} ${step} (${this.seconds.toFixed(0)} s): ${shown}`);
    if (validated) this.rows.push(`| ${step} | ${shown} |`);
  }

  markdown(): string[] {
    return [`### ${this.name}`, '', `${this.seconds.toFixed(0)} s on one thread.`, '', '| step | metrics |', '|---|---|', ...this.rows, ''];
  }
}
