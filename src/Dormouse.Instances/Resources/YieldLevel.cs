namespace Dormouse.Instances.Resources;

/// <summary>How far a server goes out of the others' way.</summary>
internal enum YieldLevel
{
    /// <summary>It goes among them.</summary>
    None,

    /// <summary>It has a processor whenever none of them wants it.</summary>
    Turns,

    /// <summary>And it keeps off the <see cref="FreeProcessors"/>.</summary>
    Processors,
}
