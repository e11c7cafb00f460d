namespace Dormouse.Schema.Models;

/// <summary>A type of PostgreSQL given by <c>@db.Name(arguments)</c>.</summary>
public sealed record NativeType(string Name, IReadOnlyList<int> Arguments)
{
    /// <summary><c>Name(1, 2)</c></summary>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}({string.Join(", ", Arguments)})";

    public bool Equals(NativeType? other) => other is not null && Name == other.Name && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() => HashCode.Combine(Name, Arguments.Count);
}
