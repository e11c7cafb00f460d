using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts.Management;

namespace Dormouse.Roles;

/// <summary>What <c>up</c> tells once the platform is ready.</summary>
internal sealed record UpReport(string Http, string Data, int Pid, bool FirstRun, SampleReport? Sample, IReadOnlyList<string> Host)
{
    /// <summary>How the front door speaks https; null: it does not.</summary>
    public HttpsStatus? Https { get; init; }

    /// <summary>The port of the door for edges; null: there is none.</summary>
    public int? Edges { get; init; }

    /// <summary>Where management and metrics are, if not at the front door.</summary>
    public string? Management { get; init; }

    /// <summary>The platform that this process is an edge of; null: it is a platform itself.</summary>
    public string? Origin { get; init; }

    /// <summary>The port that was asked for the gateway.</summary>
    public int? Tcp { get; init; }
}

/// <summary>The sample database; its URL only at the run that made it, since the key in it is not kept.</summary>
internal sealed record SampleReport(string Id, string Name, ConnectionUrls? Urls);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UpReport))]
internal sealed partial class UpJson : JsonSerializerContext;
