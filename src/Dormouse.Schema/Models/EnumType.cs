using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Schema.Models;

/// <summary>A value of an enum, with its name in the database.</summary>
public sealed record EnumValue(string Name, string? MappedName, string? Documentation)
{
    public string DatabaseName => MappedName ?? Name;
}

/// <summary>An enum.</summary>
public sealed class EnumType
{
    private Dictionary<string, EnumValue>? byName;

    internal EnumType(string name, string? documentation)
    {
        Name = name;
        Documentation = documentation;
        PlainTraits = new ScalarTraits(TraitsStage.Typed) { Enum = this };
    }

    public string Name { get; }

    /// <summary>Those of a field of which nothing but this type is said.</summary>
    internal ScalarTraits PlainTraits { get; }

    /// <summary>The name given by <c>@@map</c>.</summary>
    public string? MappedName { get; internal set; }

    public string DatabaseName => MappedName ?? Name;

    /// <summary>The database schema of <c>@@schema</c>.</summary>
    public string? Schema { get; internal set; }

    public IReadOnlyList<EnumValue> Values { get; internal set; } = [];

    public string? Documentation { get; }

    public bool TryGetValue(string name, [NotNullWhen(true)] out EnumValue? value)
    {
        byName ??= Values.ToDictionary(item => item.Name);
        return byName.TryGetValue(name, out value);
    }
}
