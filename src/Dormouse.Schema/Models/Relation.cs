using Dormouse.Schema.Naming;

namespace Dormouse.Schema.Models;

/// <summary>
/// Two fields that lead to each other. Where a side holds the key, that side is A; in a many-to-many relation A is the side whose model
/// comes first by name, and within one model the field that does.
/// </summary>
public sealed class Relation
{
    internal Relation(string name, bool isNamed, RelationKind kind, RelationField sideA, RelationField sideB)
    {
        Name = name;
        IsNamed = isNamed;
        Kind = kind;
        SideA = sideA;
        SideB = sideB;
    }

    /// <summary>The given name, or <c>AToB</c> after the models.</summary>
    public string Name { get; }

    /// <summary>Whether the name was given.</summary>
    public bool IsNamed { get; }

    public RelationKind Kind { get; }

    /// <summary>The side with the key, or A of the join table.</summary>
    public RelationField SideA { get; }

    public RelationField SideB { get; }

    public bool IsSelfRelation => ReferenceEquals(SideA.Model, SideB.Model);

    /// <summary>
    /// What the database or the engine does when a record that side A refers to is deleted: as written, or by default Restrict where
    /// the key must be there and SetNull where it may be absent.
    /// </summary>
    public ReferentialAction OnDelete { get; internal init; }

    /// <summary>The same when the key changes; Cascade by default.</summary>
    public ReferentialAction OnUpdate { get; internal init; }

    /// <summary>The name of the foreign key; null in a many-to-many relation.</summary>
    public string? ForeignKeyName =>
        Kind == RelationKind.ManyToMany
            ? null
            : SideA.MappedForeignKey
                ?? ConstraintNames.ForeignKey(SideA.Model.DatabaseName, SideA.Fields.Select(item => item.DatabaseName));

    /// <summary>The join table of a many-to-many relation.</summary>
    public JoinTable? JoinTable => Kind == RelationKind.ManyToMany ? new JoinTable(this) : null;

    public override string ToString() => Name;
}

/// <summary>
/// The table of an implicit many-to-many relation: column A holds the key of side A's model, column B that of side B's. All its names
/// are cut to what PostgreSQL accepts. (Prisma's own migrations count characters where bytes count, and fail on some long names with
/// letters beyond ASCII; ours differ from theirs there alone.)
/// </summary>
public sealed class JoinTable
{
    /// <summary>The columns are always called so.</summary>
    public const string ColumnA = "A";

    /// <inheritdoc cref="ColumnA"/>
    public const string ColumnB = "B";

    internal JoinTable(Relation relation)
    {
        Relation = relation;
        FullName = "_" + relation.Name;
    }

    public Relation Relation { get; }

    /// <summary>The name of the table.</summary>
    public string Name => ConstraintNames.Cut(FullName, "");

    /// <summary>The database schema in which it lies: that of side A's model.</summary>
    public string? Schema => Relation.SideA.Model.Schema;

    public string PrimaryKeyName => ConstraintNames.Cut(FullName, "_AB_pkey");

    public string IndexName => ConstraintNames.Cut(FullName, "_B_index");

    public string ForeignKeyNameA => ConstraintNames.Cut(FullName, "_A_fkey");

    public string ForeignKeyNameB => ConstraintNames.Cut(FullName, "_B_fkey");

    private string FullName { get; }
}
