/**
 * The layer table of the architecture, as rules. A lib that is not in `LAYERS` is an error; each lists what it may import besides level 0.
 * test/architecture/layers.e2e-spec.ts runs it.
 */
const LEVEL_0 = ['errors', 'logging', 'async', 'python-text'];

const LAYERS = {
  errors: [],
  logging: [],
  async: [],
  'python-text': [],
  metrics: [],
  'engine-protocol': [],
  'model-repository': [],
  'onnx-runtime': [],
  tensor: [],
  tokenization: ['model-repository'],
  jinja: [],
  media: [],
  'chat-template': ['tokenization', 'jinja', 'model-repository'],
  'output-parsers': ['tokenization', 'jinja', 'model-repository'],
  'structured-output': ['tokenization', 'jinja', 'model-repository'],
  'engine-client': ['engine-protocol', 'metrics'],
  'engine-server': ['engine-protocol'],
  'scripted-engine': ['engine-protocol', 'engine-server'],
  'onnx-engine': [
    'engine-protocol',
    'onnx-runtime',
    'model-repository',
    'tokenization',
    'structured-output',
    'metrics',
  ],
  text: ['engine-protocol', 'tokenization', 'model-repository', 'tensor', 'metrics'],
  pooling: ['engine-protocol', 'tokenization', 'metrics'],
  chat: ['text', 'tokenization', 'chat-template', 'output-parsers', 'structured-output', 'media'],
  speech: ['text', 'tokenization', 'chat-template', 'output-parsers', 'structured-output', 'media'],
};

const NOT_TESTS = '(\\.spec\\.ts$|/testing/)';

const allowed = (lib) => [...new Set([lib, ...LEVEL_0.filter((name) => name !== lib), ...LAYERS[lib]])];

const layerRules = Object.keys(LAYERS).map((lib) => ({
  name: `layer-${lib}`,
  comment: `libs/${lib} may import only: ${allowed(lib).join(', ')}`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: NOT_TESTS },
  to: { path: '^(libs|src|apps|test)/', pathNot: `^libs/(${allowed(lib).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'lib-outside-the-table',
      comment: 'Every lib stands in the layer table of .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^libs/([^/]+)/', pathNot: `^libs/(${Object.keys(LAYERS).join('|')})/` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'libs-without-framework',
      comment: 'A lib is usable with `new` by a server, a bench and a test alike.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: 'node_modules/(@nestjs|fastify|@fastify|rxjs|nest-commander)/' },
    },
    {
      name: 'front-door-only',
      comment: 'Import @app/<lib>, never a file inside another lib.',
      severity: 'error',
      from: { path: '^(libs/[^/]+|src|apps|test)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/[^/]+/src/(index|testing/index)\\.ts$', '^$1/'] },
    },
    {
      name: 'families-are-strangers',
      comment: 'src/api/<vendor>/<family> imports only itself and src/api/<vendor>/shared.',
      severity: 'error',
      from: { path: '^src/api/([^/]+)/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/api/[^/]+/', pathNot: '^src/api/$1/($2|shared)/' },
    },
    {
      name: 'frame-without-families',
      comment: 'src/http, src/engine, src/health and src/config import nothing from src/api.',
      severity: 'error',
      from: { path: '^src/(http|engine|health|config)/' },
      to: { path: '^src/api/' },
    },
    {
      name: 'apps-through-the-door',
      comment: 'apps reach the server only through src/index.ts.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^src/', pathNot: '^src/index\\.ts$' },
    },
    {
      name: 'engines-only-where-they-are-connected',
      comment: 'Only src/engine and apps import an engine implementation.',
      severity: 'error',
      from: {
        path: '^(src|libs)/',
        pathNot: ['^src/engine/', '^libs/(engine-client|engine-server|onnx-engine|scripted-engine)/', NOT_TESTS],
      },
      to: { path: '^libs/(engine-client|engine-server|onnx-engine|scripted-engine)/' },
    },
    {
      name: 'test-helpers-only-in-tests',
      severity: 'error',
      from: { path: '^(src|libs|apps)/', pathNot: NOT_TESTS },
      to: { path: ['/testing/', '^test/'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
  },
};
