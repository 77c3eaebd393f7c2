import { resourcesOf } from '../../../lib/manifests';
import { isKnown, mayBe, Template } from '../../../lib/dataplane/apis/template';

const resource = (name: string, kind: string, Properties: object = {}) => ({
  apiVersion: 'cloudformation',
  kind,
  metadata: { name },
  Properties,
});

function templateOf(value: unknown): Template {
  return new Template(
    resourcesOf([
      resource('Holder', 'Test::Holder', { value }),
      resource('Group', 'Test::Group'),
      resource('Other', 'Test::Group'),
    ]),
  );
}

function valueIn(template: Template) {
  const [holder] = template.all('Test::Holder');
  if (!holder) {
    throw new Error('no holder');
  }
  return holder.root.get('Properties', 'value');
}

test.each([
  ['plain', 'plain', undefined],
  [443, '443', undefined],
  [true, 'true', undefined],
  [undefined, '', undefined],
  [{ Ref: 'Group' }, '${Group}', 'Group'],
  [{ 'Fn::GetAtt': ['Group', 'Arn'] }, '${Group.Arn}', 'Group'],
  [{ 'Fn::GetAtt': 'Group.Arn' }, '${Group.Arn}', 'Group'],
  [{ 'Fn::Join': ['/', ['a', { Ref: 'AWS::Region' }, { Ref: 'Other' }]] }, 'a/${AWS::Region}/${Other}', 'Other'],
  [{ 'Fn::Sub': 'a-${Group.Name}-${!Literal}' }, 'a-${Group.Name}-${Literal}', 'Group'],
  [{ 'Fn::Sub': ['${one}-${Other}', { one: 'x' }] }, 'x-${Other}', 'Other'],
  [{ 'Fn::Select': [0, [{ Ref: 'Group' }]] }, '${Fn::Select}', 'Group'],
  [{ 'Fn::ImportValue': 'far' }, '${Fn::ImportValue}', undefined],
])('%j is "%s" and refers to %s', (value, text, name) => {
  const template = templateOf(value);

  expect(template.text(valueIn(template))).toBe(text);
  expect(template.referred(valueIn(template), 'Test::Group')?.name).toBe(name);
});

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'axb', false],
  ['${Pool}', 'anything', true],
  ['${Pool}', '', false],
  ['https://${AWS::Region}.example/${Pool}', 'https://eu-west-1.example/abc', true],
  ['https://${AWS::Region}.example/${Pool}', 'https://eu-west-1.other/abc', false],
])('"%s" may be "%s": %s', (text, value, expected) => {
  expect(mayBe(text, value)).toBe(expected);
  expect(isKnown(text)).toBe(!text.includes('$'));
});
