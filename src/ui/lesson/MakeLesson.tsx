import { Button } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useLesson } from './store';

const LessonDialog = lazy(async () => ({ default: (await import('./LessonDialog')).LessonDialog }));

/** The way to the dialog in which a lesson is made; not on a page under a lesson, which is left first. */
export function MakeLesson(): ReactNode {
  const free = useLesson((state) => state.inForce === undefined);
  const [opened, setOpened] = useState(false);
  // The dialog comes with its first use, and stays for its way out.
  const [wanted, setWanted] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // Mantine's own way back misses the first time: the dialog comes opened.
  useEffect(() => {
    if (wanted && !opened) button.current?.focus();
  }, [wanted, opened]);
  if (!free) return null;
  return (
    <>
      <Button
        ref={button}
        variant="default"
        size="xs"
        onClick={() => {
          setWanted(true);
          setOpened(true);
        }}
      >
        Make a lesson
      </Button>
      {wanted && (
        <Suspense>
          <LessonDialog opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
