import { Construct, type IConstruct, Node } from 'constructs';

/** A child that has no construct until something outside of this library refers to the children of its scope. */
export interface DeferredChild {
  readonly id: string;
  /** Adds the construct to the scope. */
  create(): void;
}

type Child = IConstruct | DeferredChild;

/** Makes a construct defer what `addDeferred` adds to it, until its children are read. */
export function deferChildren({ node }: IConstruct): void {
  CHILDREN.set(node, new Children(node));
  Object.setPrototypeOf(node, DEFERRING_NODE);
}

/** Adds a child that is created later; at once if its scope does not defer children, or is reached. */
export function addDeferred({ node }: IConstruct, child: DeferredChild): void {
  const children = CHILDREN.get(node);
  if (!children || children.isReached) {
    child.create();
  } else {
    children.all.push(child);
  }
}

/** Says that something outside of this library refers to a construct, and so to those above it. */
export function reach(construct: IConstruct): void {
  construct.node.scopes.forEach(({ node }) => CHILDREN.get(node)?.reach());
}

/** Whether something outside of this library may refer to the children of a construct. */
export function isReached({ node }: IConstruct): boolean {
  return CHILDREN.get(node)?.isReached ?? true;
}

/** A construct and all below it, as `node.findAll()` returns them, without those that are deferred. */
export function constructsBelow(root: IConstruct): IConstruct[] {
  return childrenBelow(root).filter(isConstruct);
}

/** The same, with those that are deferred at their place. */
export function childrenBelow(root: IConstruct): Child[] {
  const found: Child[] = [];
  const visit = (child: Child): void => {
    found.push(child);
    if (isConstruct(child)) {
      (CHILDREN.get(child.node)?.all ?? childrenOf(child.node)).forEach(visit);
    }
  };
  visit(root);
  return found;
}

/** The children of a construct in the order in which they are declared. */
class Children {
  isReached = false;
  isLocked = true;
  all: Child[] = [];

  constructor(private readonly node: Node) {}

  /** Creates what is deferred. */
  reach(): void {
    if (this.isReached) {
      return;
    }
    this.isReached = true;
    const declared = this.all;
    this.all = [];
    this.isLocked = false;
    for (const child of declared) {
      if (isConstruct(child)) {
        this.all.push(child);
      } else {
        child.create();
      }
    }
    this.isLocked = true;
  }

  add(child: IConstruct, id: string): void {
    if (this.all.some(each => !isConstruct(each) && each.id === id)) {
      // Adding it fails, since there is a construct of this name.
      this.reach();
    }
    OF_NODE.addChild.call(this.node, child, id);
    this.all.push(child);
  }

  remove(id: string): boolean {
    const removed = this.find(id);
    this.all = this.all.filter(each => each !== removed);
    return OF_NODE.tryRemoveChild.call(this.node, id);
  }

  find(id: string): IConstruct | undefined {
    this.reach();
    return OF_NODE.tryFindChild.call(this.node, id);
  }
}

const CHILDREN = new WeakMap<Node, Children>();

const OF_NODE = Node.prototype as unknown as {
  addChild(child: IConstruct, id: string): void;
  tryFindChild(id: string): IConstruct | undefined;
  tryRemoveChild(id: string): boolean;
};

/** What nodes with deferred children do differently. */
const DEFERRING_NODE = Object.create(Node.prototype, {
  children: {
    get(this: Node) {
      CHILDREN.get(this)?.reach();
      return CHILDREN.get(this)?.all.filter(isConstruct);
    },
  },
  locked: {
    get(this: Node) {
      return (CHILDREN.get(this)?.isLocked ?? true) && Reflect.get(Node.prototype, 'locked', this);
    },
  },
  tryFindChild: {
    value(this: Node, id: string) {
      return CHILDREN.get(this)?.find(id);
    },
  },
  tryRemoveChild: {
    value(this: Node, id: string) {
      return CHILDREN.get(this)?.remove(id);
    },
  },
  addChild: {
    value(this: Node, child: IConstruct, id: string) {
      CHILDREN.get(this)?.add(child, id);
    },
  },
}) as object;

function isConstruct(child: Child): child is IConstruct {
  return Construct.isConstruct(child);
}

function childrenOf(node: Node): IConstruct[] {
  return Reflect.get(Node.prototype, 'children', node) as IConstruct[];
}
