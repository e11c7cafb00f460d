namespace Dormouse.Migrations.Tests.Generated;

/// <summary>A scalar field of a generated schema: its line, and what relations and indexes must know of it.</summary>
internal sealed record GeneratedField(string Name, string Type, string NativeType, bool IsList, bool IsOptional, string Attributes)
{
    /// <summary>Whether a B-tree can hold it.</summary>
    public bool IsSortable =>
        !IsList && Type is not "Json" && NativeType is not ("Xml" or "Json") && !Type.StartsWith("Unsupported", StringComparison.Ordinal);

    public string Line
    {
        get
        {
            string arity =
                IsList ? "[]"
                : IsOptional ? "?"
                : "";
            string native = NativeType.Length == 0 ? "" : $" @db.{NativeType}";
            return $"  {Name} {Type}{arity}{native}{Attributes}";
        }
    }
}
