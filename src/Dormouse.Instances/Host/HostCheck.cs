namespace Dormouse.Instances.Host;

/// <summary>What a check means for the platform.</summary>
public enum HostVerdict
{
    /// <summary>As good as it gets.</summary>
    Ok,

    /// <summary>It works, and could work better.</summary>
    Note,

    /// <summary>Something will not work.</summary>
    Problem,
}

/// <summary>One thing that the host offers or lacks, in words for the person who runs the platform.</summary>
/// <param name="Name">What was looked at, such as <c>reflinks</c>.</param>
/// <param name="Value">What was found.</param>
/// <param name="Verdict">What that means.</param>
/// <param name="Use">What Dormouse does with it.</param>
/// <param name="Advice">What a person can improve; null where nothing.</param>
public sealed record HostCheck(string Name, string Value, HostVerdict Verdict, string Use, string? Advice)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{Name}: {Value}. {Use}." + (Advice is null ? "" : $" {Advice}.");
}
