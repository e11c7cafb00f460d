using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Dormouse.Bench.Load;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Density;

/// <summary>One database of the bench and the request that asks it for one row.</summary>
internal sealed record Resident(string Id, byte[] Request);

/// <summary>The databases of the bench, each with tables and rows, behind one platform's front door.</summary>
internal sealed class Fleet(PlatformProcess platform, LastingConnection connection, string body, string script)
{
    private readonly List<Resident> residents = [];

    public IReadOnlyList<Resident> Residents => residents;

    /// <summary>What the names of its databases begin with.</summary>
    public string Names { get; init; } = "resident";

    /// <summary>Makes a database and says how many milliseconds that took, without its tables; then fills it and asks it once.</summary>
    public async Task<double> AddAsync(CancellationToken cancellationToken)
    {
        string name = $"{Names}{residents.Count}";
        long began = Stopwatch.GetTimestamp();
        string made = await platform.ManageAsync(
            HttpMethod.Post,
            "/management/databases",
            JsonContent.Create(new { name }),
            cancellationToken
        );
        double milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        JsonElement database = JsonDocument.Parse(made).RootElement;
        string id = database.GetProperty("id").GetString()!;
        await platform.ManageAsync(
            HttpMethod.Post,
            $"/management/databases/{id}/execute",
            JsonContent.Create(new { sql = script }),
            cancellationToken
        );
        string url = database.GetProperty("urls").GetProperty("prisma").GetString()!;
        var resident = new Resident(id, ProtocolConnection.Request(platform.Http, new PlatformDatabase(id, name, url).ApiKey, body));
        await connection.RefreshAsync(cancellationToken);
        await connection.SendAsync(resident.Request, cancellationToken);
        residents.Add(resident);
        return milliseconds;
    }

    public Task SleepAsync(Resident resident, string state, CancellationToken cancellationToken) =>
        platform.SleepAsync(resident.Id, state, cancellationToken);

    public async Task DeleteAllAsync(CancellationToken cancellationToken)
    {
        foreach (Resident resident in residents)
        {
            await platform.ManageAsync(HttpMethod.Delete, $"/management/databases/{resident.Id}", null, cancellationToken);
        }
        residents.Clear();
    }

    public Task WakeAsync(Resident resident, CancellationToken cancellationToken) =>
        platform.ManageAsync(HttpMethod.Post, $"/management/databases/{resident.Id}/wake", null, cancellationToken);

    public async Task<string> StateAsync(Resident resident, CancellationToken cancellationToken) =>
        (await platform.ShowAsync(resident.Id, cancellationToken)).GetProperty("state").GetString()!;

    public async Task SleepAllAsync(string state, CancellationToken cancellationToken)
    {
        foreach (Resident resident in residents)
        {
            await SleepAsync(resident, state, cancellationToken);
        }
    }

    /// <summary>Milliseconds of one request, which must find the database in the state named.</summary>
    public async Task<double> AskAsync(Resident resident, string state, CancellationToken cancellationToken) =>
        await TryAskAsync(resident, state, cancellationToken)
        ?? throw new InvalidOperationException($"A database should have been {state} when it was asked, and was not.");

    /// <summary>Null, and nothing is asked, if the database is in another state.</summary>
    public async Task<double?> TryAskAsync(Resident resident, string state, CancellationToken cancellationToken)
    {
        if (await StateAsync(resident, cancellationToken) != state)
        {
            return null;
        }
        await connection.RefreshAsync(cancellationToken);
        long sent = Stopwatch.GetTimestamp();
        await connection.SendAsync(resident.Request, cancellationToken);
        return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
    }

    /// <summary>How many databases are in each state.</summary>
    public async Task<IReadOnlyDictionary<string, int>> StatesAsync(CancellationToken cancellationToken)
    {
        string status = await platform.ManageAsync(HttpMethod.Get, "/management/status", null, cancellationToken);
        return JsonDocument
            .Parse(status)
            .RootElement.GetProperty("states")
            .EnumerateObject()
            .ToDictionary(state => state.Name, state => state.Value.GetInt32());
    }
}
