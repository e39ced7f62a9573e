/** The pages of the first run, in their order; each has a text `setup:step.<step>`. */
export const setupSteps = ['check', 'interfaces', 'addresses', 'disks', 'next'] as const;
export type SetupStep = (typeof setupSteps)[number];

/** Where the stepper is, and what comes before and after. */
export function placeOf(step: SetupStep) {
  const index = setupSteps.indexOf(step);
  return {
    step,
    steps: setupSteps.map((name, at) => ({ name, isDone: at < index, isCurrent: at === index })),
    before: setupSteps[index - 1] ?? null,
    after: setupSteps[index + 1] ?? null,
  };
}
