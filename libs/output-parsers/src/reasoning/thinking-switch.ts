type TemplateKwargs = Readonly<Record<string, unknown>>;

const SWITCHES = ['thinking', 'enable_thinking'];

/** The model thinks unless its template was told to switch that off: `thinking` or `enable_thinking` is given, and none is true. */
export function unlessSwitchedOff(kwargs: TemplateKwargs): boolean {
  const given = SWITCHES.filter((name) => kwargs[name] !== undefined && kwargs[name] !== null);
  return given.length === 0 || given.some((name) => Boolean(kwargs[name]));
}

/** The model thinks only when its template was told to: `thinking` or `enable_thinking` is true. */
export function whenSwitchedOn(kwargs: TemplateKwargs): boolean {
  return SWITCHES.some((name) => Boolean(kwargs[name]));
}

/** The model thinks unless `enable_thinking` is false. */
export function unlessDisabled({ enable_thinking }: TemplateKwargs): boolean {
  return enable_thinking !== false;
}
