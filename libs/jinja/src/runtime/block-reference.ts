import { Markup } from '../values/markup.js';
import { PyObject, type Value } from '../values/value.js';
import { capture, type BlockBody, type Render } from './render.js';

/** The variable `self`: gives the template's blocks by name. */
export class TemplateReference extends PyObject {
  readonly typeName = 'TemplateReference';

  constructor(private readonly render: Render) {
    super();
  }

  override item(key: Value): Value | undefined {
    const block = typeof key === 'string' ? this.render.blocks.get(key) : undefined;
    return block && new BlockReference(block, this.render);
  }
}

/** A block that can be called to render it once more. */
class BlockReference extends PyObject {
  readonly typeName = 'BlockReference';

  constructor(
    private readonly block: BlockBody,
    private readonly render: Render,
  ) {
    super();
  }

  override readonly call = (): Value => {
    const text = capture(this.render, () => this.block.run(this.render));
    return this.render.autoescape ? new Markup(text) : text;
  };
}
