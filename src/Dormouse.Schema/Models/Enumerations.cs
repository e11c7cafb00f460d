namespace Dormouse.Schema.Models;

/// <summary>The scalar types of the language.</summary>
public enum ScalarType : byte
{
    Int,
    BigInt,
    Float,
    Boolean,
    String,
    DateTime,
    Json,
    Bytes,
    Decimal,
}

/// <summary>Whether a field holds exactly one value, at most one, or many.</summary>
public enum FieldArity : byte
{
    Required,
    Optional,
    List,
}

/// <summary>What happens to a record when the record that it refers to is deleted or changes its key.</summary>
public enum ReferentialAction : byte
{
    Cascade,
    Restrict,
    NoAction,
    SetNull,
    SetDefault,
}

/// <summary>Who watches over relations: the database with foreign keys, or the query engine.</summary>
public enum RelationMode : byte
{
    ForeignKeys,
    Prisma,
}

/// <summary>The access method of an index.</summary>
public enum IndexAlgorithm : byte
{
    BTree,
    Hash,
    Gist,
    Gin,
    SpGist,
    Brin,
}

public enum SortOrder : byte
{
    Ascending,
    Descending,
}

public enum IndexKind : byte
{
    /// <summary><c>@@index</c></summary>
    Normal,

    /// <summary><c>@unique</c> or <c>@@unique</c></summary>
    Unique,
}

public enum RelationKind : byte
{
    OneToOne,
    OneToMany,

    /// <summary>An implicit many-to-many relation, kept in a join table of its own.</summary>
    ManyToMany,
}
