import { asObject, isObject } from '../../../../tools/contract/json.js';
import { asJsonText } from '../../../../tools/values/reading/client-form.js';

type Schema = Readonly<Record<string, unknown>>;

/** A part of an argument that has a shape of its own: its name, and the forms it can have, each as a list of properties. */
export interface Shape {
  readonly name: string;
  readonly forms: readonly (readonly string[])[];
}

const schemasIn = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isObject) : []);

const alternativesOf = (schema: Schema): Schema[] => schemasIn(schema.oneOf ?? schema.anyOf);

const propertiesOf = (schema: Schema): [string, Schema][] =>
  Object.entries(asObject(schema.properties)).map(([key, each]) => [key, asObject(each)]);

const hasShape = (schema: Schema): boolean =>
  propertiesOf(schema).length > 0 || alternativesOf(schema).some((each) => each.type === 'object');

/** What one item of a list is called: `messages` is a list of `message`. */
const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/s$/, '');

/** The choices of alternatives that differ in one constant only, joined into one alternative. */
function joined(alternatives: readonly Schema[]): Schema[] {
  const groups = new Map<string, Schema>();
  for (const schema of alternatives) {
    const properties = propertiesOf(schema);
    const varying = properties.find(([, each]) => each.const !== undefined)?.[0] ?? '';
    const key = JSON.stringify([properties.filter(([name]) => name !== varying), varying, schema.required]);
    const before = asObject(asObject(groups.get(key)?.properties)[varying]);
    const choices = [
      ...(Array.isArray(before.enum) ? before.enum : []),
      asObject(asObject(schema.properties)[varying]).const,
    ];
    groups.set(
      key,
      varying === ''
        ? schema
        : { ...schema, properties: { ...asObject(schema.properties), [varying]: { enum: choices } } },
    );
  }
  return [...groups.values()];
}

/** Words the types of arguments, and collects the shapes that they mention. */
export function createShapes() {
  const shapes = new Map<string, Shape>();
  const names = new Map<string, number>();

  /** The name of the shape of a schema; equal shapes have one name. */
  function shapeNamed(wanted: string, schema: Schema): string {
    const content = JSON.stringify([schema.properties, schema.required, schema.oneOf ?? schema.anyOf]);
    const known = shapes.get(content);
    if (known !== undefined) return known.name;
    const count = (names.get(wanted) ?? 0) + 1;
    names.set(wanted, count);
    const name = count === 1 ? wanted : `${wanted}_${count}`;
    // Its place comes before those of the shapes inside it.
    shapes.set(content, { name, forms: [] });
    const alternatives = alternativesOf(schema);
    shapes.set(content, { name, forms: (alternatives.length > 0 ? joined(alternatives) : [schema]).map(formOf) });
    return name;
  }

  function formOf(schema: Schema): string[] {
    const required = Array.isArray(schema.required) ? schema.required : [];
    return propertiesOf(schema).map(([key, each]) => {
      const type = typeText(key, each);
      return `${key}${required.includes(key) ? '' : '?'}${type === 'string' ? '' : `: ${type}`}`;
    });
  }

  /** The type of a value in a few words. Shapes and the items of lists are named after the key that has them. */
  function typeText(key: string, schema: Schema): string {
    const { const: constant, enum: choices, type, items, maxItems, additionalProperties } = schema;
    if (constant !== undefined) return String(constant);
    if (Array.isArray(choices)) return choices.map(String).join(' | ');
    if (hasShape(schema)) return shapeNamed(key, schema);
    if (type === 'array') {
      const limit = typeof maxItems === 'number' ? ` (max ${maxItems})` : '';
      return `list of ${typeText(singular(key), asObject(items))}${limit}`;
    }
    if (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) {
      return `{ NAME: ${typeText('value', additionalProperties)}, … }`;
    }
    if (schema.clientForm === asJsonText.clientForm) return 'object';
    if (Array.isArray(type)) return type.filter((each) => each !== 'null').join(' | ');
    const alternatives = alternativesOf(schema).map((each) => typeText(key, each));
    return alternatives.length > 0 ? alternatives.join(' | ') : typeof type === 'string' ? type : 'any';
  }

  return { typeText, shapes: (): readonly Shape[] => [...shapes.values()] };
}
