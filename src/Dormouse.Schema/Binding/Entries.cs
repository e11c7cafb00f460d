using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

// What the passes learn, beside the syntax tree: each pass fills its own part and reads that of the ones before.

/// <summary>
/// A field by its place in its model, where everything is that the passes learn of it. There are so many fields that none gets an object
/// for it, but those that are relations.
/// </summary>
internal readonly record struct FieldEntry(ModelEntry Owner, int Position)
{
    public ref readonly FieldSyntax Syntax => ref Owner.Syntax.Fields[Position];

    /// <summary>What it turned out to be: a scalar, a relation, or nothing where its type is unknown.</summary>
    public Field? Field => Owner.Known[Position];

    public ScalarField? Scalar => Field as ScalarField;

    public RelationField? Relation => Field as RelationField;

    /// <summary>The value of <c>@default</c>.</summary>
    public ExpressionSyntax? DefaultValue => Syntax.Attribute("default")?.Arguments.Value;

    /// <summary>The attribute of the form <c>@datasource.Type</c>.</summary>
    public AttributeSyntax? NativeAttribute => Array.Find(Syntax.Attributes, attribute => attribute.IsNativeType);

    /// <summary>What is known of a relation alone.</summary>
    public RelationDetails? Details => Owner.Details?[Position];

    public ModelEntry? Target => Details?.Target;

    public AttributeSyntax? RelationAttribute => Details?.Attribute;

    public FieldEntry[]? Fields => Details?.Fields;

    public FieldEntry[]? References => Details?.References;

    public ExpressionSyntax? OnDelete => Details?.OnDelete;

    public ExpressionSyntax? OnUpdate => Details?.OnUpdate;

    public string Name => Syntax.Text;

    /// <summary>Some column of the key must be there.</summary>
    public bool HasRequiredColumn => Fields is not null && Array.Exists(Fields, item => item.Scalar!.IsRequired);

    /// <summary>The key must be there, so that the other record cannot simply go away.</summary>
    public bool MustHaveKey => Relation!.IsRequired || HasRequiredColumn;
}

internal sealed class RelationDetails(ModelEntry target)
{
    public ModelEntry Target { get; } = target;

    public AttributeSyntax? Attribute { get; set; }

    /// <summary>The <c>fields</c> argument; null where there is none, empty where it could not be resolved.</summary>
    public FieldEntry[]? Fields { get; set; }

    public FieldEntry[]? References { get; set; }

    public ExpressionSyntax? OnDelete { get; set; }

    public ExpressionSyntax? OnUpdate { get; set; }
}

/// <summary>A field of a key or index with the arguments that the model does not keep.</summary>
internal readonly record struct IndexFieldEntry(FieldEntry Field, SortOrder? Sort, bool HasLength, OperatorClass? OperatorClass);

internal sealed class KeyEntry(PrimaryKey key, IndexFieldEntry[] fields, AttributeSyntax attribute, bool isClustered)
{
    public PrimaryKey Key { get; } = key;

    public IndexFieldEntry[] Fields { get; } = fields;

    public AttributeSyntax Attribute { get; } = attribute;

    /// <summary>The <c>clustered</c> argument was given; PostgreSQL has no such thing.</summary>
    public bool IsClustered { get; } = isClustered;

    public string AttributeName => Key.IsOnField ? "@id" : "@@id";
}

internal sealed class IndexEntry(ModelIndex index, IndexFieldEntry[] fields, AttributeSyntax attribute, bool isFulltext, bool isClustered)
{
    public ModelIndex Index { get; } = index;

    public IndexFieldEntry[] Fields { get; } = fields;

    public AttributeSyntax Attribute { get; } = attribute;

    public bool IsFulltext { get; } = isFulltext;

    public bool IsClustered { get; } = isClustered;

    public string AttributeName =>
        IsFulltext ? "@@fulltext"
        : Index.Kind == IndexKind.Normal ? "@@index"
        : Index.IsOnField ? "@unique"
        : "@@unique";
}

/// <summary>A block whose name can be the type of a field.</summary>
internal abstract class TypeEntry
{
    /// <summary>What it is called in messages.</summary>
    public abstract string Kind { get; }
}

internal sealed class ModelEntry(ModelSyntax syntax, Model model) : TypeEntry
{
    /// <summary>In a model of more fields they are found by a table; in a smaller one a walk is faster than the making of it.</summary>
    private const int MostWalked = 32;

    private Dictionary<string, int>? table;
    private static readonly List<RelationEntry> None = [];

    private List<RelationEntry>? relations;
    private List<RelationEntry>? keyedRelations;

    public ModelSyntax Syntax { get; } = syntax;

    public Model Model { get; } = model;

    /// <summary>What each field turned out to be.</summary>
    public Field?[] Known { get; set; } = [];

    /// <summary>For each field that is a relation what is known of it; null where no field is one.</summary>
    public RelationDetails?[]? Details { get; set; }

    public FieldWalk Fields => new(this);

    /// <summary>Those of the fields that turned out to be relations.</summary>
    public FieldEntry[] RelationFields { get; set; } = [];

    public KeyEntry? Key { get; set; }

    public List<IndexEntry> Indexes { get; } = new(1);

    /// <summary>The same by where they lead; made where they are many. Two threads may make it at once, and make the same.</summary>
    public RelationSides? Sides { get; set; }

    /// <summary>The relations that were found at its fields: of two sides only one has it.</summary>
    public List<RelationEntry> Relations => relations ?? None;

    /// <summary>The relations whose key this model holds, or should hold.</summary>
    public List<RelationEntry> KeyedRelations => keyedRelations ?? None;

    /// <summary>Numbers for the names of its constraints.</summary>
    public ulong[] NameHashes { get; set; } = [];

    public AttributeSyntax? MapAttribute { get; set; }

    public SourceSpan? SchemaSpan { get; set; }

    public override string Kind => Syntax.Kind;

    public string Name => Syntax.Name.Text;

    public IEnumerable<string> FieldNames => Syntax.Fields.Select(item => item.Text);

    public void AddRelation(RelationEntry relation)
    {
        (relations ??= new(1)).Add(relation);
        if (relation is { Kind: not RelationKind.ManyToMany, Forward: not null })
        {
            AddKeyedRelation(relation);
        }
    }

    public void AddKeyedRelation(RelationEntry relation) => (keyedRelations ??= new(1)).Add(relation);

    /// <summary>The field of a name; of several, which are a mistake, the first.</summary>
    public FieldEntry? FindField(string name)
    {
        int position = Syntax.Fields.Length <= MostWalked ? Walk(name) : (table ??= MakeTable()).GetValueOrDefault(name, -1);
        return position < 0 ? null : new FieldEntry(this, position);
    }

    /// <summary>Every set of fields that identifies a record: the key first.</summary>
    public IEnumerable<IndexFieldEntry[]> UniqueFields
    {
        get
        {
            if (Key is not null)
            {
                yield return Key.Fields;
            }
            foreach (IndexEntry index in Indexes)
            {
                if (index.Index.Kind == IndexKind.Unique)
                {
                    yield return index.Fields;
                }
            }
        }
    }

    /// <summary>Whether just these fields, in any order, identify a record.</summary>
    public bool IsIdentifiedBy(FieldEntry[] fields)
    {
        bool isIdentified = Key is not null && AreSame(Key.Fields, fields);
        foreach (IndexEntry index in Indexes)
        {
            isIdentified |= index.Index.Kind == IndexKind.Unique && AreSame(index.Fields, fields);
        }
        return isIdentified;
    }

    private static bool AreSame(IndexFieldEntry[] unique, FieldEntry[] fields)
    {
        bool areSame = unique.Length == fields.Length;
        for (int index = 0; areSame && index < unique.Length; index++)
        {
            areSame = Array.IndexOf(fields, unique[index].Field) >= 0;
        }
        return areSame;
    }

    private int Walk(string name)
    {
        FieldSyntax[] fields = Syntax.Fields;
        for (int position = 0; position < fields.Length; position++)
        {
            if (fields[position].Text == name)
            {
                return position;
            }
        }
        return -1;
    }

    private Dictionary<string, int> MakeTable()
    {
        Dictionary<string, int> made = new(Syntax.Fields.Length);
        for (int position = 0; position < Syntax.Fields.Length; position++)
        {
            made.TryAdd(Syntax.Fields[position].Text, position);
        }
        return made;
    }

    /// <summary>The fields of a model one after the other, for <c>foreach</c>.</summary>
    internal struct FieldWalk(ModelEntry model)
    {
        private int position = -1;

        public readonly FieldEntry Current => new(model, position);

        public readonly FieldWalk GetEnumerator() => this;

        public bool MoveNext() => ++position < model.Syntax.Fields.Length;
    }
}

/// <summary>A composite type, which PostgreSQL does not have; kept so that fields of it are no further mistakes.</summary>
internal sealed class CompositeEntry(ModelSyntax syntax) : TypeEntry
{
    public override string Kind => syntax.Kind;
}

internal sealed class EnumEntry(EnumSyntax syntax, EnumType type) : TypeEntry
{
    public override string Kind => Syntax.Kind;

    public EnumSyntax Syntax { get; } = syntax;

    public EnumType Type { get; } = type;

    public SourceSpan? SchemaSpan { get; set; }
}

/// <summary>Two fields that belong together, or one that has no other.</summary>
internal sealed record RelationEntry(RelationKind Kind, FieldEntry? Forward, FieldEntry? Back)
{
    /// <summary>Side A of a many-to-many relation, otherwise the side that holds, or should hold, the key.</summary>
    public FieldEntry? Forward { get; } = Forward;

    public FieldEntry Any => Forward ?? Back!.Value;

    /// <summary>What was made of it, once it kept all the rules.</summary>
    public Relation? Made { get; set; }
}
