using System.Globalization;
using Dormouse.Instances.Sizes;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>
/// The settings with which every instance runs. They are given on the command line, where they win over the files of the data
/// directory.
/// </summary>
internal static class PostgresSettings
{
    /// <param name="majorVersion">PostgreSQL's.</param>
    /// <param name="settings">What is of its class.</param>
    public static IReadOnlyList<string> Arguments(int majorVersion, ClassSettings settings)
    {
        var all = new List<(string Name, string Value)>
        {
            ("listen_addresses", ""),
            ("unix_socket_directories", SandboxCommand.SocketFolderInside),
            // The platform is the only one who connects: as the same user, or as root.
            ("unix_socket_permissions", "0700"),
            ("max_connections", settings.ConnectionsMax.ToString(CultureInfo.InvariantCulture)),
            // Memory: an idle small instance costs about 8 MB with these. The page cache serves what the buffers do not hold.
            ("shared_buffers", settings.SharedBuffers),
            ("work_mem", settings.WorkMemory),
            ("huge_pages", "off"),
            // What one session may spill to disk; a tenant cannot raise it. A sort of more than this is no query for 1 GiB of memory.
            ("temp_file_limit", "1GB"),
            ("jit", "off"),
            ("max_wal_senders", "0"),
            ("max_logical_replication_workers", "0"),
            // Durability is never traded.
            ("fsync", "on"),
            ("full_page_writes", "on"),
            // Backups need it and it costs nothing measurable.
            ("wal_level", "replica"),
            // Sixteen segments of 1 MB for the small class, two when at rest.
            ("max_wal_size", settings.LogMax),
            ("min_wal_size", "2MB"),
            // The log belongs to the operator and is no place for tenants' rows: LOG can be raised by any PL/pgSQL block, and errors quote
            // values. What keeps PostgreSQL from starting is FATAL.
            ("logging_collector", "off"),
            ("log_destination", "stderr"),
            ("log_min_messages", "fatal"),
            ("log_min_error_statement", "panic"),
            ("update_process_title", "off"),
            // PostgreSQL's clocks run on while it is frozen and would end sessions at the thaw: the platform keeps such times.
            ("idle_session_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
            ("statement_timeout", "0"),
        };
        if (majorVersion >= 17)
        {
            all.Add(("transaction_timeout", "0"));
        }
        if (majorVersion >= 18)
        {
            // The workers of the default method are three more processes per instance.
            all.Add(("io_method", "sync"));
        }
        var arguments = new List<string>(2 + (all.Count * 2)) { "-D", SandboxCommand.DataPathInside };
        foreach ((string name, string value) in all)
        {
            arguments.Add("-c");
            arguments.Add($"{name}={value}");
        }
        return arguments;
    }
}
