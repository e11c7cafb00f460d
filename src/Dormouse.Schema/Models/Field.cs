namespace Dormouse.Schema.Models;

/// <summary>
/// A field of a model: a <see cref="ScalarField"/> or a <see cref="RelationField"/>. A large schema has tens of thousands, so what fits
/// into a byte has no more.
/// </summary>
public abstract class Field
{
    private protected Field(Model model, string name, FieldArity arity, int position)
    {
        Model = model;
        Name = name;
        Arity = arity;
        Position = position;
    }

    public Model Model { get; }

    public string Name { get; }

    public FieldArity Arity { get; }

    public bool IsList => Arity == FieldArity.List;

    public bool IsOptional => Arity == FieldArity.Optional;

    public bool IsRequired => Arity == FieldArity.Required;

    /// <summary>Clients do not see it: <c>@ignore</c>, or a type that they cannot read.</summary>
    public abstract bool IsIgnored { get; }

    public abstract string? Documentation { get; }

    /// <summary>Where it stands among the fields of its model, from 0.</summary>
    public int Position { get; }

    public override string ToString() => $"{Model.Name}.{Name}";
}

/// <summary>A field with a column of its own: a scalar, an enum, or a type that Prisma does not know.</summary>
public sealed class ScalarField : Field
{
    private Marks marks;

    internal ScalarField(Model model, string name, FieldArity arity, int position, ScalarTraits traits)
        : base(model, name, arity, position) => Traits = traits;

    [Flags]
    private enum Marks : byte
    {
        None = 0,
        Id = 1,
        Unique = 2,
    }

    /// <summary>What it has in common with other fields.</summary>
    internal ScalarTraits Traits { get; set; }

    /// <summary>The scalar type; null for an enum and for <c>Unsupported</c>.</summary>
    public ScalarType? Type => Traits.Type;

    public EnumType? Enum => Traits.Enum;

    /// <summary>The text of <c>Unsupported("…")</c>.</summary>
    public string? UnsupportedType => Traits.UnsupportedType;

    public bool IsUnsupported => UnsupportedType is not null;

    public override bool IsIgnored => Traits.IsIgnored;

    public override string? Documentation => Traits.Documentation;

    /// <summary>The name given by <c>@map</c>.</summary>
    public string? MappedName => Traits.MappedName;

    /// <summary>The name of the column.</summary>
    public string DatabaseName => MappedName ?? Name;

    /// <summary>The type given by <c>@db.…</c>; null means the usual one of the scalar type.</summary>
    public NativeType? NativeType => Traits.NativeType;

    public DefaultValue? Default => Traits.Default;

    public bool IsUpdatedAt => Traits.IsUpdatedAt;

    /// <summary>Marked with <c>@id</c>; fields of an <c>@@id</c> are not.</summary>
    public bool IsId
    {
        get => marks.HasFlag(Marks.Id);
        internal set => Mark(Marks.Id, value);
    }

    /// <summary>Marked with <c>@unique</c>, or alone in an <c>@@unique</c>.</summary>
    public bool IsUnique
    {
        get => marks.HasFlag(Marks.Unique);
        internal set => Mark(Marks.Unique, value);
    }

    /// <summary>The type as the schema names it.</summary>
    public string TypeName => Type is { } scalar ? ScalarTypes.Name(scalar) : Enum?.Name ?? $"Unsupported(\"{UnsupportedType}\")";

    private void Mark(Marks mark, bool isSet) => marks = isSet ? marks | mark : marks & ~mark;
}

/// <summary>A field that stands for records of another model, or of the same one.</summary>
public sealed class RelationField : Field
{
    private bool isIgnored;

    internal RelationField(Model model, string name, FieldArity arity, string? documentation, int position, Model target)
        : base(model, name, arity, position)
    {
        Documentation = documentation;
        Target = target;
    }

    public override bool IsIgnored => isIgnored;

    public override string? Documentation { get; }

    /// <summary>The model that it leads to.</summary>
    public Model Target { get; }

    public Relation Relation { get; internal set; } = null!;

    /// <summary>The other side of the relation.</summary>
    public RelationField Opposite { get; internal set; } = null!;

    /// <summary>The columns on this side that hold the key of the other; empty on the other side and in many-to-many relations.</summary>
    public IReadOnlyList<ScalarField> Fields { get; internal set; } = [];

    /// <summary>What <see cref="Fields"/> refer to in the other model, in the same order.</summary>
    public IReadOnlyList<ScalarField> References { get; internal set; } = [];

    /// <summary>Whether this side holds the key.</summary>
    public bool IsForward => Fields.Count > 0;

    /// <summary><c>onDelete</c> as written.</summary>
    public ReferentialAction? ExplicitOnDelete { get; internal set; }

    /// <summary><c>onUpdate</c> as written.</summary>
    public ReferentialAction? ExplicitOnUpdate { get; internal set; }

    /// <summary>The relation's name as written.</summary>
    internal string? ExplicitRelationName { get; set; }

    /// <summary>The foreign key's name as written.</summary>
    internal string? MappedForeignKey { get; set; }

    internal void Ignore() => isIgnored = true;
}
