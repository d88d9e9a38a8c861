//! The list of the trials, and the macro that makes a test of each.

/// Makes a test of every trial of the suite.
///
/// Takes the path of a function without arguments that returns a pair: what must live as
/// long as the database (a scratch folder, say), and an `Arc<dyn Store>` on an empty
/// database with its schema in place.
///
/// ```text
/// mod mine {
///     muster_store::conformance!(super::open_mine);
/// }
/// ```
#[macro_export]
macro_rules! conformance {
    ($open:path) => {
        $crate::conformance_tests! { $open;
            issuers {
                an_added_issuer_is_found_and_stands_approved,
                a_second_issuer_with_the_same_url_is_a_conflict,
                issuers_are_listed_by_the_bytes_of_their_url,
                an_issuers_status_changes_and_an_unknown_one_has_none,
            }
            parties {
                a_client_is_found_as_it_was_given,
                an_admin_is_found_as_it_was_given,
                an_id_names_a_client_or_an_admin_or_nobody,
                a_caller_is_found_only_while_its_issuer_serves,
                ids_compare_byte_for_byte,
                clients_and_admins_share_one_name_space,
                of_simultaneous_registrations_of_one_id_one_wins,
                every_change_counts_up_the_version,
                a_clients_registration_is_changed_as_a_whole,
                a_change_of_nobody_changes_nothing,
                a_secret_is_upgraded_only_if_nothing_changed_since,
                parties_come_in_pages_by_the_bytes_of_their_id,
                a_revoked_client_keeps_its_id,
            }
            administers {
                a_client_is_linked_once,
                an_admin_takes_no_more_clients_than_it_may,
                of_simultaneous_links_one_takes_the_last_place,
                an_admins_clients_come_in_pages_by_id,
                a_clients_admins_come_by_id,
                a_client_without_an_approved_admin_is_deserted,
            }
            users {
                missing_users_are_added_and_known_ones_kept,
                user_ids_compare_byte_for_byte,
                one_id_under_two_issuers_is_two_users,
                of_simultaneous_first_sights_all_see_one_user,
                a_users_status_changes_and_an_unknown_one_has_none,
                a_removed_user_takes_everything_along,
                a_removed_user_leaves_no_code_and_no_device_flow,
                a_users_open_transactions_end_with_what_came_out_of_them,
                devices_that_a_user_approved_get_nothing_once_all_is_ended,
            }
            transactions {
                transactions_are_found_by_shard_and_name,
                transactions_of_another_issuer_are_not_found,
                the_same_name_twice_is_a_conflict,
                a_transaction_ends_once,
                many_transactions_are_kept_like_few,
            }
            tokens {
                a_token_is_found_by_the_hash_of_its_text,
                a_token_of_another_kind_or_shard_is_not_found,
                a_token_without_text_is_found_by_its_verified_id_alone,
                a_clients_own_token_has_no_user,
                two_tokens_never_share_a_hash,
                tokens_are_added_together_or_not_at_all,
                a_token_ends_once,
                a_live_token_may_expire_earlier_and_never_later,
                what_stands_above_a_token_shows,
                the_tokens_of_a_transaction_are_its_own,
                many_tokens_are_kept_like_few,
                moments_of_any_age_are_kept,
                ended_texts_are_destroyed_and_live_ones_kept,
            }
            reach {
                an_admin_finds_tokens_of_its_clients_of_this_moment,
                every_client_means_every_client_of_one_issuer,
                one_client_finds_its_own_tokens_alone,
                a_listing_shows_the_clients_in_reach_alone,
                disjoint_admins_together_see_what_the_privileged_one_sees,
                an_admin_without_clients_lists_nothing,
                a_right_holds_until_it_is_taken_away,
                a_reach_over_every_client_needs_the_right_to_it,
                a_clients_own_reach_holds_while_it_is_approved,
            }
            listing {
                clients_come_by_the_bytes_of_their_id_in_pages,
                a_client_shows_how_it_stands,
                transactions_come_by_start_and_name_in_pages,
                a_transaction_without_tokens_is_listed,
                issuer_and_user_stand_apart_from_other_issuers,
                ended_and_expired_tokens_are_listed,
            }
            pages {
                tokens_come_by_transaction_element_and_kind,
                pages_of_any_size_are_the_same_listing,
                a_range_begins_and_ends_with_its_transactions,
                a_visit_may_end_early,
                a_crowded_moment_comes_by_identifier,
                the_partners_of_a_moment_are_the_other_tokens,
            }
            keys {
                data_keys_are_listed_by_number,
                a_data_key_is_rewrapped_in_place,
                signing_keys_are_listed_by_name_for_each_issuer,
                a_signing_key_is_replaced_under_its_name,
            }
            audit {
                a_new_trail_begins_with_one,
                records_form_a_chain,
                a_failed_unit_leaves_no_gap,
                simultaneous_records_are_numbered_in_a_row,
            }
            assertions {
                an_assertion_counts_once,
                parties_and_issuers_have_assertions_of_their_own,
                of_simultaneous_uses_one_is_fresh,
                expired_assertions_are_forgotten,
            }
            numbers {
                the_first_number_is_one,
                a_block_may_be_of_any_size,
                nobody_gets_a_number_twice,
                a_failed_unit_gives_no_number_twice,
            }
            purge {
                a_revoked_client_goes_in_steps,
                an_id_given_again_has_none_of_the_old_tokens,
                other_clients_keep_what_they_hold,
                a_purged_client_leaves_no_code_and_no_device_flow,
                what_was_exchanged_out_of_a_purged_client_ends_and_stays_on_record,
                what_a_client_has_in_its_own_name_goes_in_steps,
            }
            cleaning {
                what_ended_by_then_goes_and_everything_else_stays,
                a_batch_takes_no_more_than_its_limit,
                a_transaction_goes_with_the_last_of_what_is_its_own,
                a_parent_stays_while_it_has_a_child_and_goes_with_the_last,
                a_client_is_listed_while_its_user_has_a_transaction,
                many_ended_tokens_of_one_shard_go_at_once,
                a_lease_has_one_holder_until_it_ends,
                of_simultaneous_holders_one_gets_the_lease,
            }
            codes {
                a_code_is_found_as_it_was_given,
                a_code_of_another_issuer_shard_or_hash_is_not_found,
                a_transaction_has_one_code_and_a_code_has_a_transaction,
                a_code_is_redeemed_once_and_stays_marked,
                of_simultaneous_redemptions_of_a_code_one_wins,
                strangers_are_counted_even_when_they_come_together,
                what_stands_above_a_code_shows,
            }
            descent {
                ending_a_transaction_ends_everything_below_it_and_nothing_else,
                the_deepest_chain_of_exchanges_ends_with_its_beginning,
                a_held_transaction_is_told_as_it_is,
                no_child_slips_past_the_end_of_its_parent,
                exchanges_and_an_end_at_once_leave_no_open_child,
            }
            device_flows {
                a_device_flow_is_found_by_either_code,
                a_user_code_is_given_once_in_an_issuer_whatever_the_client,
                a_poll_is_noted_with_the_interval_that_holds_from_then_on,
                of_polls_at_once_each_sees_the_one_before,
                an_approved_device_is_redeemed_once,
                a_denied_device_gets_nothing,
                of_simultaneous_decisions_and_redemptions_one_wins,
            }
            issuing {
                an_issued_token_is_found_with_its_own_rights,
                many_issued_tokens_are_kept_like_few,
                a_rotated_token_tells_its_successor,
                of_simultaneous_rotations_of_a_token_one_wins,
                the_tokens_of_an_element_come_with_their_texts,
                a_token_exists_for_its_issuer_whatever_its_state,
            }
            meant {
                a_token_is_meant_for_its_holder_and_for_what_its_audience_names,
                whoever_may_act_reaches_a_token_to_exchange_it_and_not_otherwise,
                a_client_reaches_nothing_while_it_is_not_approved,
                a_right_to_every_token_ends_at_the_issuer,
                a_reach_over_single_tokens_lists_nothing,
            }
            standings {
                issuer_client_and_user_stand_as_they_are,
                a_client_is_deserted_when_it_has_admins_and_none_is_approved,
                whoever_is_gone_or_of_another_issuer_stands_nowhere,
                an_audience_names_clients_by_their_id_or_by_what_they_serve,
            }
            trusted_issuers {
                a_trusted_issuer_is_found_by_the_bytes_of_its_url,
                a_trusted_issuer_is_entered_once_for_each_issuer,
                a_trusted_issuer_changes_and_goes,
            }
            units {
                a_failed_unit_leaves_nothing_behind,
                a_unit_sees_what_it_wrote,
                a_conflict_spoils_its_own_unit_alone,
                a_panicking_unit_leaves_nothing_behind,
                a_reader_sees_whole_units,
                a_new_database_is_in_order,
            }
        }
    };
}

/// Makes the tests of [`conformance!`]; not for direct use.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($open:path; $($room:ident { $($trial:ident,)+ })+) => {
        $($(
            #[test]
            fn $trial() {
                let (_kept, store) = $open();
                $crate::conformance::$room::$trial(&*store);
            }
        )+)+
    };
}

#[cfg(test)]
mod tests {
    const LIST: &str = include_str!("suite.rs");
    const ROOMS: [&str; 23] = [
        include_str!("administers.rs"),
        include_str!("assertions.rs"),
        include_str!("audit.rs"),
        include_str!("cleaning.rs"),
        include_str!("codes.rs"),
        include_str!("descent.rs"),
        include_str!("device_flows.rs"),
        include_str!("issuers.rs"),
        include_str!("issuing.rs"),
        include_str!("keys.rs"),
        include_str!("listing.rs"),
        include_str!("meant.rs"),
        include_str!("numbers.rs"),
        include_str!("pages.rs"),
        include_str!("parties.rs"),
        include_str!("purge.rs"),
        include_str!("reach.rs"),
        include_str!("standings.rs"),
        include_str!("tokens.rs"),
        include_str!("transactions.rs"),
        include_str!("trusted_issuers.rs"),
        include_str!("units.rs"),
        include_str!("users.rs"),
    ];

    #[test]
    fn no_trial_is_left_out_of_the_list() {
        for room in ROOMS {
            for trial in room.lines().filter_map(|line| line.strip_prefix("pub fn ")) {
                let name = trial.split('(').next().unwrap_or(trial);
                assert!(LIST.contains(&format!(" {name},\n")), "{name} is not in the list");
            }
        }
    }
}
