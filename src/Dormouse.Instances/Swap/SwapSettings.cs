namespace Dormouse.Instances.Swap;

/// <summary>
/// Settings of the kernel that suit swap on a disk and hosts with few processes. With swap in memory, and thousands of servers that come and go, they make
/// requests wait for memory although there is some. They are set for as long as a platform has compressed swap, and nobody's own choice is touched: what was
/// changed meanwhile stays.
/// </summary>
internal sealed class SwapSettings(IZramHost host)
{
    private static readonly IReadOnlyDictionary<string, string> Wanted = new Dictionary<string, string>
    {
        // Eight pages at a time spare a disk its seeks; here each is unpacked for nothing, on the way of a wake.
        ["page-cluster"] = "0",
        // Where free memory lies in pieces the kernel raises what must be free by up to half as much again as it likes to have: then whoever asks for a
        // page has to take one from another first, with 240 MB free on 24 GB.
        ["watermark_boost_factor"] = "0",
        // What the kernel frees ahead, in ten-thousandths of memory. The default, 0.1 %, is two databases that begin.
        ["watermark_scale_factor"] = "50",
        // Pieces are put together ahead of time by moving pages. A page of PostgreSQL's program is in the page tables of all servers.
        ["compaction_proactiveness"] = "0",
    };

    private string Folder => Path.Combine(host.Root, "proc", "sys", "vm");

    /// <summary>Those that have another value than they should; what this kernel has not is left out.</summary>
    public IReadOnlyDictionary<string, string> Others() =>
        Wanted
            .Keys.Select(name => (Name: name, Value: TryRead(name)))
            .Where(setting => setting.Value is not null && setting.Value != Wanted[setting.Name])
            .ToDictionary(setting => setting.Name, setting => setting.Value!);

    /// <param name="before">Of <see cref="Others"/>, noted before.</param>
    public void Set(IReadOnlyDictionary<string, string> before)
    {
        foreach ((string name, string value) in before)
        {
            Replace(name, value, Wanted.GetValueOrDefault(name));
        }
    }

    public void Restore(IReadOnlyDictionary<string, string> before)
    {
        foreach ((string name, string value) in before)
        {
            Replace(name, Wanted.GetValueOrDefault(name), value);
        }
    }

    private string? TryRead(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    // Where they may not be written (a container) wakes are slower, and everything works.
    private void Replace(string name, string? found, string? value)
    {
        if (found is null || value is null || TryRead(name) != found)
        {
            return;
        }
        try
        {
            File.WriteAllText(Path.Combine(Folder, name), value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException) { }
    }
}
