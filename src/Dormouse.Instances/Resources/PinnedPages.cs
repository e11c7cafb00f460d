using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Host;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Keeps in memory what all instances have in common: the pages of PostgreSQL's program and its libraries that a server uses, some 20 MB for a host.
/// The kernel looks at each page that it might take in the page tables of all who have it, which for one of these is every process of every instance
/// (20,000 with 3,000 databases): a third of a core went there while memory was short, and then the page was missed at the next start. Which pages they are is
/// learnt from the first instances of each image as they have begun, and as they freeze, when they have answered. Only for root; where the kernel
/// refuses, nothing is kept, and everything works. Thread-safe.
/// </summary>
internal sealed unsafe class PinnedPages : IDisposable
{
    // Of each program. Two at each instance; later ones show next to nothing that is new.
    private const int LooksMax = 8;

    /// <summary>More than the whole program and its usual libraries.</summary>
    public const long BytesMax = 64 << 20;

    private const int EntryBytes = 8;
    private const ulong Present = 1UL << 63;
    private const ulong OfFile = 1UL << 61;

    private readonly Lock gate = new();
    private readonly Dictionary<FileIdentity, PinnedFile> files = [];
    private readonly int pageBytes = Environment.SystemPageSize;
    private readonly bool isAllowed = HostDisk.IsRoot;
    private readonly Dictionary<FileIdentity, int> looks = [];
    private bool isOver;

    public long Bytes { get; private set; }

    /// <param name="rootPid">The first of an instance's processes. They may end meanwhile.</param>
    /// <param name="postmasterPid">That of PostgreSQL.</param>
    public void LearnFrom(int rootPid, int postmasterPid)
    {
        if (!isAllowed || FileIdentity.Of($"/proc/{postmasterPid}/exe") is not { } program)
        {
            return;
        }
        lock (gate)
        {
            int looked = looks.GetValueOrDefault(program);
            if (isOver || looked >= LooksMax)
            {
                return;
            }
            looks[program] = looked + 1;
            try
            {
                foreach (int pid in ProcessTable.Tree(rootPid))
                {
                    Pin(pid);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Gone, or not for us to see.
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            foreach (PinnedFile file in files.Values)
            {
                file.Dispose();
            }
            files.Clear();
            Bytes = 0;
        }
    }

    private void Pin(int pid)
    {
        using SafeFileHandle pages = File.OpenHandle($"/proc/{pid}/pagemap");
        foreach (string line in File.ReadLines($"/proc/{pid}/maps"))
        {
            // 7f12a000-7f12b000 r-xp 00001000 fe:00 1234   /usr/lib/x86_64-linux-gnu/libc.so.6
            string[] fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 6 || fields[1][0] != 'r' || fields[1][1] == 'w' || fields[4] == "0")
            {
                continue;
            }
            if (FindFile($"/proc/{pid}/map_files/{fields[0]}") is { } file)
            {
                string[] range = fields[0].Split('-');
                Pin(file, pages, Number(range[0]), Number(range[1]), Number(fields[2]));
            }
        }
    }

    private void Pin(PinnedFile file, SafeFileHandle pages, long from, long to, long offset)
    {
        // A tenant may map far more than a file has.
        var entries = new ulong[
            Math.Clamp((Math.Min(to - from, file.Bytes - offset) + pageBytes - 1) / pageBytes, 0, int.MaxValue / EntryBytes)
        ];
        int read = RandomAccess.Read(pages, MemoryMarshal.AsBytes(entries.AsSpan()), from / pageBytes * EntryBytes) / EntryBytes;
        for (int i = 0; i < read; i++)
        {
            long page = (offset / pageBytes) + i;
            bool isThere = (entries[i] & (Present | OfFile)) == (Present | OfFile);
            if (isThere && Bytes < BytesMax && file.Pin(page, pageBytes))
            {
                Bytes += pageBytes;
            }
        }
    }

    // A tenant's own files are the tenant's to map, and not for us to hold.
    private PinnedFile? FindFile(string path)
    {
        if (FileIdentity.Of(path) is not { } identity || FileIdentity.OwnerOf(path) != 0)
        {
            return null;
        }
        if (!files.TryGetValue(identity, out PinnedFile? file) && PinnedFile.TryOpen(path) is { } opened)
        {
            files[identity] = file = opened;
        }
        return file;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>One file, and which of its pages are kept.</summary>
    private sealed class PinnedFile : IDisposable
    {
        private readonly MemoryMappedFile file;
        private readonly MemoryMappedViewAccessor view;
        private readonly byte* start;
        private readonly HashSet<long> pages = [];

        private PinnedFile(FileStream stream)
        {
            file = MemoryMappedFile.CreateFromFile(
                stream,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: false
            );
            view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        }

        public long Bytes => (long)view.SafeMemoryMappedViewHandle.ByteLength;

        /// <summary>Null for what is no ordinary file, or empty.</summary>
        public static PinnedFile? TryOpen(string path)
        {
            // Shared as widely as can be: no lock on a program that is about to be replaced.
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.CanSeek && stream.Length > 0)
            {
                return new PinnedFile(stream);
            }
            stream.Dispose();
            return null;
        }

        /// <summary>False if it is kept already, lies behind the file's end, or the kernel refuses.</summary>
        public bool Pin(long page, int pageBytes) =>
            page * pageBytes < Bytes && pages.Add(page) && Libc.LockMemory((nint)(start + (page * pageBytes)), pageBytes) == 0;

        public void Dispose()
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
        }
    }
}
