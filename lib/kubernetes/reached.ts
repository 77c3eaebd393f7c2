import { type IConstruct, Node } from 'constructs';

const REACHED = new WeakSet<Node>();

/**
 * Makes a construct notice when its children are read. Until then nothing outside of this library refers to them, so
 * that they are as they were declared.
 */
export function noticeReads({ node }: IConstruct): void {
  const findChild = node.tryFindChild.bind(node);
  Object.defineProperties(node, {
    children: {
      get: () => {
        REACHED.add(node);
        return childrenOf(node);
      },
    },
    tryFindChild: {
      value: (id: string) => {
        REACHED.add(node);
        return findChild(id);
      },
    },
  });
}

/** Says that something outside of this library refers to a construct, and so to those above it. */
export function reach(construct: IConstruct): void {
  construct.node.scopes.forEach(({ node }) => REACHED.add(node));
}

/** Whether something outside of this library may refer to the children of a construct. */
export function isReached({ node }: IConstruct): boolean {
  return REACHED.has(node);
}

/** A construct and all below it, as `node.findAll()` returns them, without a notice. */
export function constructsBelow(root: IConstruct): IConstruct[] {
  const found: IConstruct[] = [];
  const visit = (construct: IConstruct): void => {
    found.push(construct);
    childrenOf(construct.node).forEach(visit);
  };
  visit(root);
  return found;
}

function childrenOf(node: Node): IConstruct[] {
  return Reflect.get(Node.prototype, 'children', node) as IConstruct[];
}
