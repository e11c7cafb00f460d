using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dormouse.Data;

/// <summary>What a running platform writes into its data folder, so that the command line finds it.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="StartTicks">The process's start as the kernel counts it: with the id it names one process and no later one.</param>
/// <param name="Http">The front door, such as <c>http://127.0.0.1:4466</c>.</param>
/// <param name="Tcp">The port that was asked for the gateway, which comes later.</param>
/// <param name="StartedAt">When it started.</param>
internal sealed record PlatformRecord(int Pid, long StartTicks, string Http, int? Tcp, DateTimeOffset StartedAt)
{
    public const string EdgeRole = "edge";

    private const int StartTicksField = 19;

    /// <summary>Where management and metrics are, if not at the front door.</summary>
    public string? Management { get; init; }

    /// <summary><see cref="EdgeRole"/> for an edge alone; null for a whole platform.</summary>
    public string? Role { get; init; }

    /// <summary>Whether that very process still runs. A token must not be sent to whoever took over its port.</summary>
    public bool IsAlive() => StartTicksOf(Pid) == StartTicks;

    /// <summary>Null where there is no such process.</summary>
    public static long? StartTicksOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name, in parentheses, may hold anything; the fields that follow do not. Field 22 of proc(5), 19 after the name's.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[StartTicksField], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PlatformRecord))]
internal sealed partial class DataJson : JsonSerializerContext;
