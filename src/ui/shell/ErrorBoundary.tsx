import { Component, type ReactNode } from 'react';
import classes from './App.module.css';

interface State {
  readonly error?: Error;
}

/** Shows what went wrong in the page instead of an empty screen. A run keeps going in its workers. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className={classes.broken} role="alert">
        <h2>This part of the page has stopped</h2>
        <p>{error.message}</p>
        <p>Your settings and the last finished run are kept in this browser: reload the page to go on.</p>
      </div>
    );
  }
}
