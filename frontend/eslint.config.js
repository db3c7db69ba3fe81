import antfu from '@antfu/eslint-config'
import accessibility from 'eslint-plugin-vuejs-accessibility'

export default antfu(
  {
    type: 'app',
    vue: true,
    typescript: true,
    jsonc: false,
    yaml: false,
    toml: false,
    markdown: false,
    pnpm: false,
    ignores: ['dist', 'out', 'release', 'src/api/schema.d.ts', 'src/api/schema.json', '**/*.md'],
  },
  ...accessibility.configs['flat/recommended'],
  {
    rules: {
      'ts/no-explicit-any': 'error',
      'no-console': 'error',
      'vue/no-v-html': 'error',
      // Lines break where a reader wants them; these rules would triple the length of small expressions.
      'antfu/reasonable-newline': 'off',
      'antfu/consistent-list-newline': 'off',
      'antfu/top-level-function': 'off',
      'antfu/no-top-level-await': 'off',
      // What only runs later may be written below.
      'ts/no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
      // A dialog that opens puts the focus where the person goes on.
      'vuejs-accessibility/no-autofocus': 'off',
      // Lists and logs listen once for all their rows, which can be reached themselves.
      'vuejs-accessibility/no-static-element-interactions': 'off',
      // Icons are svg, which may be hidden.
      'vuejs-accessibility/aria-unsupported-elements': 'off',
      'node/prefer-global/process': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/max-attributes-per-line': 'off',
      // A label may hold its field or name it: either is enough.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
)
