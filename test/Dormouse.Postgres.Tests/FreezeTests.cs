using System.Diagnostics;
using System.Globalization;
using Dormouse.Postgres.Tests.Support;
using Dormouse.Testing;

namespace Dormouse.Postgres.Tests;

/// <summary>Sessions live through a frozen server: nothing times out, and what was asked meanwhile is answered at the thaw.</summary>
public sealed class FreezeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_idle_or_busy_lives_through_a_freeze()
    {
        await using TestPostgres server = await TestPostgres.StartAsync([], Token);
        var login = new ServerLogin(server.SocketPath, server.User, server.Password, server.Database);
        await using var pool = new ServerPool(login, new(), TimeProvider.System);
        int process;
        await using (PooledConnection rented = await pool.RentAsync(Token))
        {
            process = rented.Connection.ServerProcessId;
            Assert.Equal("1", await rented.Connection.ValueAsync("select $1", "1"));
        }
        int[] tree = [server.PostmasterPid, .. ChildrenOf(server.PostmasterPid)];
        await SignalAsync("-STOP", tree);
        Task<string?> asked;
        PooledConnection again;
        try
        {
            again = await pool.RentAsync(Token);
            asked = again.Connection.ValueAsync("select $1", "after");
            // Nothing can answer; any timer of ours that were due within this time would show.
            await Task.WhenAny(asked, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token));
            Assert.False(asked.IsCompleted);
        }
        finally
        {
            await SignalAsync("-CONT", tree);
        }
        Assert.Equal("after", await asked);
        Assert.Equal(process, again.Connection.ServerProcessId);
        await again.DisposeAsync();
        Assert.Equal(new PoolCounts(1, 0, 1, 0), pool.Counts);
    }

    private static int[] ChildrenOf(int parent) =>
        Directory
            .GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == parent)
            .ToArray();

    private static int ParentOf(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task SignalAsync(string signal, int[] processes)
    {
        using Process kill = Process.Start("kill", [signal, .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))])!;
        await kill.WaitForExitAsync(Token);
        Assert.Equal(0, kill.ExitCode);
    }
}
